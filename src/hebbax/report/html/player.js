// Shows packed lives: each robot, its weights, their speed and their path, all at the same moment.
"use strict";
(async () => {
  const source = document.getElementById("life");
  if (!source) return;
  const element = (name) => document.getElementById(name);
  const unpack = async (text, Kind) => {
    const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Kind(await new Response(plain).arrayBuffer());
  };
  const KINDS = ["robot", "weights", "path", "speed"];
  const unpackLife = async (life, place) => ({
    life,
    frames: await unpack(life.frames, Int32Array),
    earned: await unpack(life.earned, Float32Array),
    robot: life.robot && {
      ...life.robot,
      ends: await unpack(life.robot.ends, Int16Array),
      sides: await unpack(life.robot.sides, Int16Array),
      focus: await unpack(life.robot.focus, Float32Array),
      forward: await unpack(life.robot.forward, Float32Array),
    },
    weights: life.weights && {
      ...life.weights,
      ticks: await unpack(life.weights.ticks, Int32Array),
      values: await unpack(life.weights.values, Int8Array),
      largest: await unpack(life.weights.largest, Float32Array),
    },
    speed: life.speed && await unpack(life.speed, Float32Array),
    path: life.path && { ...life.path, points: await unpack(life.path.points, Float32Array) },
    // The first life has plain names; those beside it are numbered from 2.
    views: KINDS.map((kind) => [kind, element(place ? `${kind}-${place + 1}` : kind)]).filter(([, canvas]) => canvas),
    readout: element(place ? `readout-${place + 1}` : "readout"),
  });
  const lives = await Promise.all(JSON.parse(source.textContent).map(unpackLife));
  const first = lives[0].life, slider = element("moment"), button = element("play"), rate = element("rate");
  const film = element("film"), link = element("link"), hint = element("hint");
  // The moment is counted in ticks of the first life; one that is longer goes on while the first stands at its end.
  const last = Math.max(...lives.map(({ life }) => ((life.ticks - 1) * life.period) / first.period));
  let moment = 0, playing = false, before = 0, palette = {};
  // What the drawers below draw: one life, at its tick.
  let tick = 0, life, frames, earned, robot, weights, speed, path;
  const choose = (chosen) => {
    ({ life, frames, earned, robot, weights, speed, path } = chosen);
    tick = Math.min(moment * (first.period / life.period), life.ticks - 1);  // of the first exactly the moment
  };

  const readPalette = () => {
    const style = getComputedStyle(document.documentElement);
    for (const name of ["ink", "muted", "line", "panel", "accent", "limb1", "limb2", "limb3", "limb4", "limb5"]) {
      palette[name] = style.getPropertyValue("--" + name).trim();
    }
  };

  // A canvas in CSS pixels, sharp on every screen.
  const prepare = (canvas) => {
    const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.font = "12px system-ui, sans-serif";
    return [pen, width, height];
  };

  // The last place in a rising list whose value is at most the one given.
  const lastAt = (list, value) => {
    let low = 0, high = list.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (list[middle] <= value) low = middle; else high = middle - 1;
    }
    return low;
  };

  const drawRobot = (canvas) => {
    const [pen, width, height] = prepare(canvas);
    const frame = Math.min(lastAt(frames, tick), robot.forward.length - 1);
    const [left, right, foot, top] = robot.bounds;
    const scale = Math.min(width / (right - left), height / (top - foot));
    const middle = (left + right) / 2, room = (height / scale - (top - foot)) / 2;
    const x = (value) => width / 2 + (value - middle) * scale;
    const below = robot.view === "side" ? Math.min(room, 0.3 * (top - foot)) : room;
    const y = (value) => height - (value - foot + below) * scale;
    const fx = robot.focus[2 * frame], fy = robot.focus[2 * frame + 1];
    drawFloor(pen, width, height, scale, fx, fy, x, y);
    const limbs = [palette.ink, palette.limb1, palette.limb2, palette.limb3, palette.limb4, palette.limb5];
    pen.lineCap = "round";
    pen.lineJoin = "round";
    for (let line = 0; line < robot.lines; line++) {
      const at = 4 * (frame * robot.lines + line), limb = robot.limbs[line], box = robot.boxes.indexOf(line);
      const [x1, y1, x2, y2] = [0, 1, 2, 3].map((k) => robot.ends[at + k] * robot.unit);
      const colour = limb < 0 ? palette.line : limb === 0 ? limbs[0] : limbs[1 + ((limb - 1) % 5)];
      pen.strokeStyle = pen.fillStyle = colour;
      pen.beginPath();
      if (box < 0) {
        pen.lineWidth = Math.max(2 * robot.radii[line] * scale, 2);
        pen.moveTo(x(x1), y(y1));
        pen.lineTo(x(x2) + 0.01, y(y2));
      } else {
        const from = 4 * (frame * robot.boxes.length + box);
        const [sx, sy, tx, ty] = [0, 1, 2, 3].map((k) => robot.sides[from + k] * robot.unit);
        const corners = [[x1, y1], [x2, y2]].flatMap(([cx, cy]) => [[1, 1], [1, -1], [-1, 1], [-1, -1]].map(
          ([s, t]) => [x(cx + s * sx + t * tx), y(cy + s * sy + t * ty)]));
        for (const corner of outline(corners)) pen.lineTo(...corner);
        pen.closePath();
        pen.fill();
        pen.lineWidth = 2;  // a box seen from its edge is still seen
      }
      pen.stroke();
    }
  };

  // The corners around points, one after another: the shadow of a box is convex.
  const outline = (points) => {
    const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const half = (list) => {
      const kept = [];
      for (const point of list) {
        while (kept.length > 1) {
          const [a, b] = kept.slice(-2);
          if ((b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]) > 0) break;
          kept.pop();
        }
        kept.push(point);
      }
      return kept.slice(0, -1);
    };
    return [...half(sorted), ...half(sorted.reverse())];
  };

  const drawFloor = (pen, width, height, scale, fx, fy, x, y) => {
    if (robot.floor === null) return;
    pen.strokeStyle = palette.line;
    pen.fillStyle = palette.muted;
    pen.lineWidth = 1;
    const step = [0.1, 0.25, 0.5, 1, 2, 5, 10, 25, 50].find((value) => value * scale >= 60) || 100;
    const [right, up] = robot.projection;
    if (robot.view === "side") {
      const ground = y(robot.floor - fy);
      pen.beginPath();
      pen.moveTo(0, ground);
      pen.lineTo(width, ground);
      const first = Math.ceil((fx - width / scale) / step), last = Math.floor((fx + width / scale) / step);
      pen.textAlign = "center";
      for (let k = first; k <= last; k++) {
        const place = x(k * step - fx);
        pen.moveTo(place, ground);
        pen.lineTo(place, ground + 6);
        const label = `${+(k * step).toFixed(2)} m`, half = pen.measureText(label).width / 2 + 2;
        if (place > half && place < width - half) pen.fillText(label, place, Math.min(ground + 19, height - 4));
      }
      pen.stroke();
      return;
    }
    // A grid on the floor, about the point of it that the middle of the picture looks at.
    const determinant = right[0] * up[1] - right[1] * up[0];
    const h = robot.view === "top" ? 0 : robot.floor * up[2];
    const cx = (fx * up[1] - (fy - h) * right[1]) / determinant, cy = ((fy - h) * right[0] - fx * up[0]) / determinant;
    const reach = 2 * (width + height) / scale;
    const point = (a, b) => [x(a * right[0] + b * right[1] - fx), y(a * up[0] + b * up[1] + h - fy)];
    pen.beginPath();
    for (let k = -Math.ceil(reach / step); k <= reach / step; k++) {
      const a = (Math.round(cx / step) + k) * step, b = (Math.round(cy / step) + k) * step;
      pen.moveTo(...point(a, cy - reach));
      pen.lineTo(...point(a, cy + reach));
      pen.moveTo(...point(cx - reach, b));
      pen.lineTo(...point(cx + reach, b));
    }
    pen.stroke();
    pen.textAlign = "left";
    pen.fillText(`a square is ${step} m wide`, 8, height - 8);
  };

  // Blue below zero, red above, as in the figures; in between the colour of the panel.
  const ENDS = [[33, 102, 172], [178, 24, 43]];
  const colourOf = (value, paper) => {
    const end = ENDS[value < 0 ? 0 : 1], part = Math.pow(Math.abs(value) / 127, 0.7);
    return paper.map((channel, k) => Math.round(channel + (end[k] - channel) * part));
  };
  const paperColour = () => {
    const hex = palette.panel;
    return [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));
  };
  const swatch = document.createElement("canvas");

  const drawWeights = (canvas) => {
    const [pen, width, height] = prepare(canvas);
    const row = lastAt(weights.ticks, tick), count = weights.layers.length, paper = paperColour();
    const size = weights.layers.reduce((sum, [pre, post]) => sum + pre * post, 0);
    const columns = count > 2 && width > 300 ? 2 : 1, lines = Math.ceil(count / columns);
    const cellWidth = width / columns, cellHeight = height / lines;
    let at = row * size;
    weights.layers.forEach(([pre, post], layer) => {
      swatch.width = post;
      swatch.height = pre;
      const picture = swatch.getContext("2d"), image = picture.createImageData(post, pre);
      for (let k = 0; k < pre * post; k++) {
        image.data.set([...colourOf(weights.values[at + k], paper), 255], 4 * k);
      }
      at += pre * post;
      picture.putImageData(image, 0, 0);
      const left = (layer % columns) * cellWidth, top = Math.floor(layer / columns) * cellHeight;
      pen.imageSmoothingEnabled = false;
      pen.drawImage(swatch, left + 4, top + 20, cellWidth - 8, cellHeight - 26);
      pen.strokeStyle = palette.line;
      pen.lineWidth = 1;
      pen.strokeRect(left + 4, top + 20, cellWidth - 8, cellHeight - 26);
      pen.fillStyle = palette.muted;
      pen.textAlign = "left";
      const narrow = cellWidth < 220, shape = narrow ? `${pre} × ${post}` : `${pre} in × ${post} out`;
      pen.fillText(`${weights.names[layer]}: ${shape}`, left + 4, top + 14);
      pen.textAlign = "right";
      const largest = weights.largest[row * count + layer].toPrecision(2);
      pen.fillText(narrow ? largest : `largest ${largest}`, left + cellWidth - 4, top + 14);
    });
  };

  const VIRIDIS = [[68, 1, 84], [71, 44, 122], [59, 81, 139], [44, 113, 142], [33, 144, 141], [39, 173, 129],
    [92, 200, 99], [170, 220, 50], [253, 231, 37]];
  const viridis = (part) => {
    const place = Math.min(Math.max(part, 0), 1) * (VIRIDIS.length - 1), low = Math.min(Math.floor(place), 7);
    const mixed = VIRIDIS[low].map((value, k) => Math.round(value + (VIRIDIS[low + 1][k] - value) * (place - low)));
    return `rgb(${mixed.join(",")})`;
  };

  const drawPath = (canvas) => {
    const [pen, width, height] = prepare(canvas), points = path.points, count = points.length / 2;
    const half = Math.min(width, height) / 2 - 6;
    const x = (k) => width / 2 + points[2 * k] * half, y = (k) => height / 2 - points[2 * k + 1] * half;
    const now = Math.min(Math.floor((tick / life.ticks) * count), count - 1);
    const outside = (k) => Math.max(Math.abs(points[2 * k]), Math.abs(points[2 * k + 1])) > 1.03;
    pen.lineJoin = "round";
    for (let k = 1; k < count; k++) {
      if (!life.path.inside && outside(k) && outside(k - 1)) continue;
      pen.globalAlpha = k <= now ? 1 : 0.4;
      pen.strokeStyle = viridis(0.37 + (0.55 * k) / count);  // as in the figures: seen on a light and a dark page
      pen.lineWidth = k <= now ? 1.5 : 1;
      pen.beginPath();
      pen.moveTo(x(k - 1), y(k - 1));
      pen.lineTo(x(k), y(k));
      pen.stroke();
    }
    pen.globalAlpha = 1;
    pen.fillStyle = palette.accent;
    pen.strokeStyle = palette.panel;
    pen.lineWidth = 2;
    pen.beginPath();
    const inside = (value, limit) => Math.min(Math.max(value, 7), limit - 7);
    pen.arc(inside(x(now), width), inside(y(now), height), 6, 0, 2 * Math.PI);
    pen.fill();
    pen.stroke();
    drawScale(pen, width, height, path.norm * half);
  };

  // A bar that is a round part of the weights' norm, which is so many pixels long.
  const drawScale = (pen, width, height, size) => {
    if (!(size > 0)) return;
    const longest = Math.min(100, width / 3), power = Math.pow(10, Math.floor(Math.log10(longest / size)));
    const part = [5, 2, 1].map((step) => step * power).find((value) => value * size <= longest);
    const y = height - 8, right = 8 + part * size, label = `${+(100 * part).toPrecision(2)} % of \u2016W\u2016`;
    pen.globalAlpha = 0.8;
    pen.fillStyle = palette.panel;
    pen.fillRect(4, y - 10, right + 6 + pen.measureText(label).width, 18);
    pen.globalAlpha = 1;
    pen.strokeStyle = pen.fillStyle = palette.muted;
    pen.lineWidth = 1;
    pen.beginPath();
    for (const [x1, y1, x2, y2] of [[8, y - 3, 8, y + 3], [8, y, right, y], [right, y - 3, right, y + 3]]) {
      pen.moveTo(x1, y1);
      pen.lineTo(x2, y2);
    }
    pen.stroke();
    pen.textAlign = "left";
    pen.fillText(label, right + 6, y + 4);
  };

  const drawSpeed = (canvas) => {
    const [pen, width, height] = prepare(canvas);
    let low = Infinity, high = 0;
    for (const value of speed) {
      if (value > 0) { low = Math.min(low, value); high = Math.max(high, value); }
    }
    const cursor = (tick / Math.max(life.ticks - 1, 1)) * width;
    if (high > 0) {
      const span = Math.max(Math.log(high / low), 1e-9);
      pen.strokeStyle = palette.limb1;
      pen.lineWidth = 1;
      pen.beginPath();
      let drawn = false;
      for (let k = 0; k < speed.length; k++) {
        if (!(speed[k] > 0)) continue;
        const x = (k / speed.length) * width, y = height - 4 - (Math.log(speed[k] / low) / span) * (height - 8);
        if (drawn) pen.lineTo(x, y); else pen.moveTo(x, y);
        drawn = true;
      }
      pen.stroke();
    }
    pen.strokeStyle = palette.accent;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.moveTo(cursor, 0);
    pen.lineTo(cursor, height);
    pen.stroke();
  };

  const drawers = { robot: drawRobot, weights: drawWeights, path: drawPath, speed: drawSpeed };
  const words = () => {
    const frame = lastAt(frames, tick), told = [`${(tick * life.period).toFixed(2)} s`, `tick ${Math.floor(tick)}`];
    if (robot) told.push(`${robot.forward[Math.min(frame, robot.forward.length - 1)].toFixed(1)} m`);
    told.push(`return so far ${Math.round(earned[frame]).toLocaleString("en")}`);
    return told.join(" · ");
  };
  const draw = () => {
    for (const one of lives) {
      choose(one);
      for (const [kind, canvas] of one.views) drawers[kind](canvas);
      one.readout.textContent = words();
    }
    choose(lives[0]);
    slider.value = Math.floor(moment);
    slider.setAttribute("aria-valuetext", lives[0].readout.textContent);
    link.href = `#tick=${Math.floor(moment)}`;
  };

  // The film goes along; where it is over, its last picture stays, dimmed and said to be the last.
  const followFilm = (sought) => {
    if (!film || !(film.duration > 0)) return;
    const filmed = tick * life.film_period, pace = Number(rate.value) * life.film_period / life.period;
    const end = life.film_period === life.period ? `${+film.duration.toFixed(1)} s`
      : `tick ${Math.round(film.duration / life.film_period)}`;
    element("film-end").textContent = `the film ends at ${end}`;
    film.parentElement.classList.toggle("over", filmed >= film.duration);
    const shown = Math.min(filmed, film.duration - 0.001);
    // Browsers play no slower than this; a slower film is shown picture by picture.
    const running = playing && filmed < film.duration && pace >= 1 / 16;
    if (sought || Math.abs(film.currentTime - shown) > 0.25 || (!running && !film.seeking)) film.currentTime = shown;
    if (running) film.playbackRate = pace;
    if (running && film.paused) film.play().catch(() => {});
    if (!running && !film.paused) film.pause();
  };

  const step = (now) => {
    if (!playing) return;
    moment += ((now - before) / 1000 / first.period) * Number(rate.value);
    before = now;
    if (moment >= last) {
      moment = last;
      play(false);
    }
    draw();
    followFilm(false);
    requestAnimationFrame(step);
  };
  const play = (wanted) => {
    playing = wanted;
    button.textContent = playing ? "Pause" : "Play";
    button.setAttribute("aria-pressed", String(playing));
    if (!playing) return followFilm(true);
    if (moment >= last) moment = 0;
    before = performance.now();
    followFilm(true);
    requestAnimationFrame(step);
  };
  const seek = (wanted) => {
    moment = Math.min(Math.max(wanted, 0), last);
    draw();
    followFilm(true);
  };
  const linked = () => {
    const found = /^#tick=(\d+)$/.exec(location.hash);
    return found && Number(found[1]);
  };

  button.addEventListener("click", () => play(!playing));
  slider.addEventListener("input", () => seek(Number(slider.value)));
  for (const one of lives) {
    const strip = (one.views.find(([kind]) => kind === "speed") || [])[1];
    if (!strip) continue;
    const seekHere = (event) => {
      const seconds = (event.offsetX / strip.clientWidth) * (one.life.ticks - 1) * one.life.period;
      if (event.buttons) seek(seconds / first.period);
    };
    strip.addEventListener("pointerdown", seekHere);
    strip.addEventListener("pointermove", seekHere);
  }
  // Keys that work wherever on the page one is, unless what has the focus takes them itself.
  document.addEventListener("keydown", (event) => {
    const taken = event.target.closest?.("input, select, button, a, summary, textarea, [tabindex]");
    if (event.ctrlKey || event.metaKey || event.altKey || taken) return;
    const steps = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "k") play(!playing);
    else if (steps) seek(Math.floor(moment) + steps * (event.shiftKey ? 10 : 1));
  });
  window.addEventListener("hashchange", () => {
    if (linked() === null) return;
    play(false);
    seek(linked());
    element("player").scrollIntoView();
  });

  // What is under the pointer, in words: a weight, a moment of the path, a speed.
  const under = {
    weights: (x, y, canvas) => {
      const count = weights.layers.length, columns = count > 2 && canvas.clientWidth > 300 ? 2 : 1;
      const wide = canvas.clientWidth / columns, high = canvas.clientHeight / Math.ceil(count / columns);
      const layer = Math.floor(y / high) * columns + Math.floor(x / wide);
      if (!(layer < count)) return "";
      const [pre, post] = weights.layers[layer], row = lastAt(weights.ticks, tick);
      const i = Math.floor(((y % high) - 20) / (high - 26) * pre), j = Math.floor(((x % wide) - 4) / (wide - 8) * post);
      if (i < 0 || i >= pre || j < 0 || j >= post) return "";
      const sizes = weights.layers.map(([a, b]) => a * b), sum = (list) => list.reduce((a, b) => a + b, 0);
      const step = weights.values[row * sum(sizes) + sum(sizes.slice(0, layer)) + i * post + j];
      const value = (step / 127) * weights.largest[row * count + layer];
      return `${weights.names[layer]}: ${i} → ${j}, weight ${value.toPrecision(3)}`;
    },
    path: (x, y, canvas) => {
      const { clientWidth: width, clientHeight: height } = canvas, half = Math.min(width, height) / 2 - 6;
      let best = -1, nearest = 12 ** 2;
      for (let k = 0; 2 * k < path.points.length; k++) {
        const across = width / 2 + path.points[2 * k] * half - x, up = height / 2 - path.points[2 * k + 1] * half - y;
        if (across ** 2 + up ** 2 < nearest) [best, nearest] = [k, across ** 2 + up ** 2];
      }
      if (best < 0) return "";
      const at = Math.floor((best / (path.points.length / 2)) * life.ticks);
      return `the weights at ${(at * life.period).toFixed(2)} s, tick ${at}`;
    },
    speed: (x, y, canvas) => {
      const part = Math.min(Math.max(x / canvas.clientWidth, 0), 1);
      const at = Math.min(Math.floor(part * speed.length), speed.length - 1);
      const seconds = part * (life.ticks - 1) * life.period;
      return `${seconds.toFixed(2)} s: the weights move by ${speed[at].toPrecision(3)} a tick`;
    },
    robot: () => "",
  };
  for (const one of lives) {
    for (const [kind, canvas] of one.views) {
      canvas.addEventListener("pointermove", (event) => {
        choose(one);
        hint.textContent = under[kind](event.offsetX, event.offsetY, canvas);
        choose(lives[0]);
      });
      canvas.addEventListener("pointerleave", () => { hint.textContent = ""; });
    }
  }

  const refresh = () => { readPalette(); draw(); };
  window.addEventListener("resize", refresh);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", refresh);
  if (film) film.addEventListener("loadedmetadata", () => followFilm(true));
  slider.max = Math.floor(last);
  moment = Math.min(linked() ?? Math.round(Number(source.dataset.start) / first.period), last);
  refresh();
  followFilm(true);  // which may have been there before this script was
})();

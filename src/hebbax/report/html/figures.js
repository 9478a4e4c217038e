// Values under the pointer, and the numbers behind a figure as a file.
"use strict";
(() => {
  const unpack = async (text) => {
    const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(plain).text();
  };
  // Rows of the CSV; only names of series can stand in quotes.
  const read = (text) => text.trim().split("\n").slice(1).map((line) => {
    const [, panel, quoted, plain, numbers] = /^(\d+),(?:"((?:[^"]|"")*)"|([^,]*)),(.*)$/.exec(line);
    const [x, y, value] = numbers.split(",");
    return { panel: Number(panel), name: (quoted ?? plain).replaceAll('""', '"'), x: Number(x), y: Number(y), value };
  });
  // The part of an axis that lies before a value, and the value before which a part lies.
  const part = ([low, high, scale], value) => {
    const along = scale === "log" ? Math.log10 : (number) => number;
    return (along(value) - along(low)) / (along(high) - along(low));
  };
  const valueAt = ([low, high, scale], share) => scale === "log"
    ? low * Math.pow(high / low, share) : low + share * (high - low);
  const short = (number) => String(Number(number.toPrecision(4)));

  for (const button of document.querySelectorAll("button[data-csv]")) {
    const figure = button.closest("figure"), picture = figure.querySelector("svg, img");
    const said = button.parentElement.querySelector("output"), panels = JSON.parse(button.dataset.panels);
    let rows = null;
    button.addEventListener("click", async () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([await unpack(button.dataset.csv)], { type: "text/csv" }));
      link.download = button.dataset.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    });
    const tell = async (event) => {
      rows ??= unpack(button.dataset.csv).then(read);
      const known = await rows, place = picture.getBoundingClientRect();
      const across = (event.clientX - place.left) / place.width, down = (event.clientY - place.top) / place.height;
      const panel = panels.findIndex(({ box }) => box && across >= box[0] && across <= box[0] + box[2]
        && down >= box[1] && down <= box[1] + box[3]);
      if (panel < 0) { said.textContent = ""; return; }
      const { box, x, y } = panels[panel];
      const u = (across - box[0]) / box[2], v = 1 - (down - box[1]) / box[3];
      let nearest = null, least = 16 ** 2;  // pixels
      for (const row of known) {
        if (row.panel !== panel) continue;
        const distance = ((part(x, row.x) - u) * box[2] * place.width) ** 2
          + ((part(y, row.y) - v) * box[3] * place.height) ** 2;
        if (distance < least) [nearest, least] = [row, distance];
      }
      if (nearest === null) {
        said.textContent = `${short(valueAt(x, u))}, ${short(valueAt(y, v))}`;
        return;
      }
      const value = nearest.value === "" ? "" : `: ${nearest.value}`;
      const name = /^series \d+/.test(nearest.name) ? "" : `${nearest.name}: `;
      said.textContent = `${name}${short(nearest.x)}, ${short(nearest.y)}${value}`;
    };
    picture.addEventListener("pointermove", tell);
    picture.addEventListener("pointerdown", tell);
    picture.addEventListener("pointerleave", () => { said.textContent = ""; });
  }
})();

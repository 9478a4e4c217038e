def start(noise: Noise) -> Car:
    """Return a car on a track of the life's own."""
    return born(0.5 + 0.5 * noise.uniform)

HALF_WIDTH = 6.666666666666667
MOST_TILES = 512
@compiled
def born(draws: Array) -> Car:
    """Return a car at rest on a track of random numbers in [0, 1), DRAWS for each attempt at one.

    As in `reset` of Gymnasium, a frame goes by without action: the reward for its tiles comes with the first tick.
    """
    track, kerb, road = np.zeros((MOST_TILES, 4)), np.zeros(MOST_TILES), np.zeros((MOST_TILES, 4))
    tiles = _draw_track(draws, track, kerb)
    for i in range(MOST_TILES):
        for k in range(4):
            track[i, k] = track[i % tiles, k]
        left_x, left_y = edge_of(track, i, -HALF_WIDTH)
        right_x, right_y = edge_of(track, i, HALF_WIDTH)
        road[i, 0], road[i, 1], road[i, 2], road[i, 3] = F(left_x), F(left_y), F(right_x), F(right_y)
    body, pose = np.zeros((5, 7), np.float32), np.zeros((5, 4), np.float32)
    put_car(track, body, pose)
    joint, wheel = np.zeros((4, 5), np.float32), np.zeros((4, 6))
    touched, score = np.zeros(MOST_TILES), np.zeros(8)
    whole = np.ones(4)
    move((track, road, tiles), (body, pose, joint, wheel, touched, score), (whole, whole), _room())
    length = np.full(1, float(tiles))
    return Car(
        track,
        road,
        kerb,
        length,
        body.astype(np.float64),
        pose.astype(np.float64),
        joint.astype(np.float64),
        wheel,
        touched,
        score,
    )

CHECKPOINTS = 12
DRAWS = 24
MOST_STEPS = 2500
MOST_TILES = 512
@compiled
def _draw_track(draws, track, kerb):
    """Write a track that numbers in [0, 1) give; return how many tiles it has."""
    points, path, hard = np.zeros((CHECKPOINTS, 3)), np.zeros((MOST_STEPS, 4)), np.zeros(MOST_TILES)
    attempts = draws.shape[0] // DRAWS
    for attempt in range(draws.shape[0]):
        # Once all attempts with numbers of their own have failed, those of two neighbours make further ones.
        first = (attempt % attempts) * DRAWS + attempt // attempts
        tiles = make_track(draws, first, points, path, hard, track, kerb)
        if tiles > 0:
            return tiles
    raise HebbaxError("world 'car': no track closes, of all that a life may draw")

@exact
def make_track(draws, first, points, path, hard, track, kerb):
    """Make a track from numbers in [0, 1); return how many tiles it has, 0 where the attempt failed.

    Args:
        draws: float64, at least DRAWS.
        first: index of the first of DRAWS numbers, which go on at the front of `draws` where these end.
        points: room, float64 [CHECKPOINTS, 3].
        path: room, float64 [MOST_STEPS, 4].
        hard: room, float64 [MOST_TILES].
        track: what is written, float64 [MOST_TILES, 4]; its columns are ALPHA, HEADING, X, Y.
        kerb: what is written, float64 [MOST_TILES]; see `_mark_kerbs`.
    """
    _place_checkpoints(draws, first, points)
    tiles = _cut_lap(path, _walk(points, path), track)
    if tiles > 0:
        _mark_kerbs(track, tiles, hard, kerb)
    return tiles

ALPHA = 0
CHECKPOINTS = 12
HEADING = 1
ONWARD = 32
STEP = 3.5
X = 2
Y = 3
@exact
def _cut_lap(path, count, track):
    """Write the last full lap between crossings of the start; return its tiles, 0 where there is none that closes."""
    start = 2 * math.pi * (-0.5) / CHECKPOINTS
    last, first, i = -1, -1, count
    while first == -1:
        i -= 1
        if i == 0:
            return 0
        if path[i, ALPHA] > start and path[i - 1, ALPHA] <= start:
            if last == -1:
                last = i
            else:
                first = i
    tiles = last - 1 - first
    if tiles < 1 or tiles > track.shape[0] - ONWARD:
        return 0
    for i in range(tiles):
        for k in range(4):
            track[i, k] = path[first + i, k]
    dx = math.cos(track[0, HEADING]) * (track[0, X] - track[tiles - 1, X])
    dy = math.sin(track[0, HEADING]) * (track[0, Y] - track[tiles - 1, Y])
    return 0 if math.sqrt(dx * dx + dy * dy) > STEP else tiles

HEADING = 1
KERB_RUN = 4
NO_SIDE = 10
TURN_RATE = 0.31
@exact
def _mark_kerbs(track, tiles, hard, kerb):
    """Write the kerb beside each tile: 0 none, 1 white, 2 red, its side in the sign, +1 being the right.

    One without a side is NO_SIDE times that.
    """
    for i in range(tiles):
        bends, side = True, 0.0
        for k in range(KERB_RUN):
            turn = track[(i - k) % tiles, HEADING] - track[(i - k - 1) % tiles, HEADING]
            bends = bends and abs(turn) > TURN_RATE * 0.2
            side += np.sign(turn)
        hard[i] = 1.0 if bends and abs(side) == KERB_RUN else 0.0
    for i in range(tiles):
        for k in range(KERB_RUN):
            hard[(i - k) % tiles] = max(hard[(i - k) % tiles], hard[i])
    for i in range(tiles):
        turn = track[(i - 1) % tiles, HEADING] - track[i, HEADING]
        side = np.sign(turn) if turn != 0.0 else 1.0 * NO_SIDE
        kerb[i] = hard[i] * side * (1.0 if i % 2 == 0 else 2.0)

CHECKPOINTS = 12
RADIUS = 150.0
@exact
def _place_checkpoints(draws, first, points):
    """Draw what the road passes, from numbers in [0, 1): its angle about the middle, and where it is."""
    for c in range(CHECKPOINTS):
        at = first + 2 * c
        angle = 2 * math.pi * c / CHECKPOINTS + (2 * math.pi * 1 / CHECKPOINTS) * draws[at % draws.shape[0]]
        radius = RADIUS / 3 + (RADIUS - RADIUS / 3) * draws[(at + 1) % draws.shape[0]]
        if c == 0:
            angle, radius = 0.0, 1.5 * RADIUS
        if c == CHECKPOINTS - 1:
            angle, radius = 2 * math.pi * c / CHECKPOINTS, 1.5 * RADIUS
        points[c, 0], points[c, 1], points[c, 2] = angle, radius * math.cos(angle), radius * math.sin(angle)

ALPHA = 0
CHECKPOINTS = 12
HEADING = 1
MOST_STEPS = 2500
RADIUS = 150.0
SCALE = 6.0
STEP = 3.5
X = 2
Y = 3
@exact
def _walk(points, path):
    """Go from checkpoint to checkpoint for five laps, or as many steps as there may be; return how many were made."""
    x, y, heading = 1.5 * RADIUS, 0.0, 0.0
    goal, laps, count, beyond = 0, 0, 0, False
    while True:
        alpha = math.atan2(y, x)
        if beyond and alpha > 0:
            laps, beyond = laps + 1, False
        if alpha < 0:
            beyond = True
            alpha += 2 * math.pi
        goal, alpha = _next_goal(points, goal, alpha)
        at = goal % CHECKPOINTS
        right_x, right_y = math.cos(heading), math.sin(heading)
        ahead = right_x * (points[at, 1] - x) + right_y * (points[at, 2] - y)
        while heading - alpha > 1.5 * math.pi:
            heading -= 2 * math.pi
        while heading - alpha < -1.5 * math.pi:
            heading += 2 * math.pi
        before = heading
        heading = _steer(heading, ahead * SCALE)
        x += -right_y * STEP
        y += right_x * STEP
        path[count, ALPHA], path[count, HEADING] = alpha, before * 0.5 + heading * 0.5
        path[count, X], path[count, Y] = x, y
        count += 1
        if laps > 4 or count == MOST_STEPS:
            return count

CHECKPOINTS = 12
@exact
def _next_goal(points, goal, alpha):
    """Return the first checkpoint from `goal` on that is not passed at an angle, and that angle, whole turns less."""
    while True:
        for _ in range(CHECKPOINTS):
            if alpha <= points[goal % CHECKPOINTS, 0]:
                return goal, alpha
            goal += 1
            if goal % CHECKPOINTS == 0:
                break
        alpha -= 2 * math.pi

TURN_RATE = 0.31
@exact
def _steer(heading, ahead):
    """Return a heading after a step, where the next checkpoint is `ahead` to the right."""
    if ahead > 0.3:
        heading -= min(TURN_RATE, abs(0.001 * ahead))
    if ahead < -0.3:
        heading += min(TURN_RATE, abs(0.001 * ahead))
    return heading

BLOCK = 4
GEOMETRY = 11
POINTS = 40
@compiled
def _room():
    """Return the arrays that a frame computes in."""
    return (
        np.zeros(4, np.float32),
        np.zeros((4, 2), np.float32),
        np.zeros((POINTS, 2)),
        np.zeros((4, GEOMETRY), np.float32),
        np.zeros((5, 5), np.float32),
        np.zeros((BLOCK, 4, 2), np.float32),
    )

HEADING = 1
X = 2
Y = 3
@exact
def edge_of(track, i, side):
    """Return a point at the edge of the road: `side` to the right of the middle (m)."""
    heading = track[i, HEADING]
    return track[i, X] + side * math.cos(heading), track[i, Y] + side * math.sin(heading)

LAP = 4
PERIOD = 0.02
SHOWN = 5
TIME = 0
TOTAL = 1
VISITED = 3
_LAP_SHARE = 0.95
@exact
def move(fixed, moving, condition, room):
    """Move the car by a frame, and count the tiles that it visits for the first time.

    `condition` is the grip of the wheels and the power of the engine (`tyres.roll`).
    """
    track, road, tiles = fixed
    body, pose, joint, wheel, touched, score = moving
    speed, force, points, geometry, seen, added = room
    grip, power = condition
    roll(body, pose, wheel, grip, power, speed, force)
    fresh, first = feel_tiles(track, road, tiles, pose, wheel, touched, points)
    for _ in range(fresh):
        score[TOTAL] += 1000.0 / tiles
        score[VISITED] += 1.0
    if first and score[VISITED] / tiles > _LAP_SHARE:
        score[LAP] = 1.0
    solve(body, pose, joint, speed, force, geometry, seen, added)
    score[TIME] += PERIOD
    score[SHOWN] = score[TOTAL]  # Gymnasium draws before it takes the tenth off

DRIVEN = 2.0
FELT = 1.0
PX = 0
PY = 1
ROAD = 5
UNTOUCHED = 0.0
X = 2
Y = 3
_FAR = 14.0
_TILE = 36
_WHEELS = 20
@exact
def feel_tiles(track, road, tiles, pose, wheel, touched, points):
    """Write which wheels are on the road and which tiles are touched; return newly visited tiles, whether 0 is one.

    Args:
        track: of which X and Y are the places of the tiles' points (m), float64 [MOST_TILES, 4].
        road: left and right edge there, float64 [MOST_TILES, 4].
        tiles: how many there are.
        pose: of the bodies; see `columns`.
        wheel: whose column ROAD is written.
        touched: UNTOUCHED, FELT or DRIVEN, float64 [MOST_TILES].
        points: room, float64 [POINTS, 2].
    """
    _place_car(pose, points)
    fresh, first = 0, False
    for k in range(4):
        wheel[k, ROAD] = 0.0
    for t in range(tiles):
        dx, dy = track[t, X] - pose[0, PX], track[t, Y] - pose[0, PY]
        if dx * dx + dy * dy > _FAR * _FAR:
            continue
        _place_tile(road, tiles, t, points)
        for k in range(4):
            if _touches(points, _TILE, 4, _WHEELS + 4 * k, 4):
                wheel[k, ROAD] = 1.0
                if touched[t] != DRIVEN:
                    touched[t] = DRIVEN
                    fresh += 1
                    first = first or t == 0
        if touched[t] == UNTOUCHED and _hull_touches(points):
            touched[t] = FELT
    return fresh, first

HULL_STARTS: int64 [5] = 74dd83669455c507624acb688a1541842af87848ed7e282d192c7680a6b4adfa
_TILE = 36
@exact
def _hull_touches(points):
    for h in range(4):
        first = HULL_STARTS[h]
        if _touches(points, _TILE, 4, first, HULL_STARTS[h + 1] - first):
            return True
    return False

_REACH = 0.02
@exact
def _touches(points, p, n, q, m):
    """Whether two convex polygons are as close as sensors feel."""
    gap = _gap(points, p, n, q, m)
    if gap > _REACH:
        return False
    gap = max(gap, _gap(points, q, m, p, n))
    if gap > _REACH:
        return False
    if gap <= 0.0:
        return True
    most = _REACH + 1.2e-6  # half of the slop of b2Distance
    return min(_nearest(points, p, n, q, m), _nearest(points, q, m, p, n)) <= most * most

_REACH = 0.02
@exact
def _gap(points, p, n, q, m):
    """Return the largest separation of two convex polygons along the normals of the first.

    Polygons are counter-clockwise rows of `points`, given by their first and how many they are.
    """
    widest = -1e30
    for i in range(n):
        a, b = p + i, p + (i + 1 if i + 1 < n else 0)
        nx, ny = points[b, 1] - points[a, 1], points[a, 0] - points[b, 0]
        size = math.sqrt(nx * nx + ny * ny)
        if size == 0.0:
            continue
        least = 1e30
        for k in range(q, q + m):
            least = min(least, (points[k, 0] - points[a, 0]) * nx + (points[k, 1] - points[a, 1]) * ny)
        widest = max(widest, least / size)
        if widest > 1.5 * _REACH:
            break
    return widest

@exact
def _nearest(points, p, n, q, m):
    """Return the squared distance (m²) of the corners of one polygon from the sides of another."""
    nearest = 1e30
    for i in range(p, p + n):
        for k in range(m):
            a, b = q + k, q + (k + 1 if k + 1 < m else 0)
            dx, dy = points[b, 0] - points[a, 0], points[b, 1] - points[a, 1]
            x, y = points[i, 0] - points[a, 0], points[i, 1] - points[a, 1]
            t = max(0.0, min(1.0, (x * dx + y * dy) / (dx * dx + dy * dy)))
            nearest = min(nearest, (x - t * dx) * (x - t * dx) + (y - t * dy) * (y - t * dy))
    return nearest

COSINE = 3
HULL_POINTS: float64 [20, 2] = 0231e696c6365a11094c0f7ce70d8dc48650a211fb4869d8e2ab3db784431e5d
PX = 0
PY = 1
SINE = 2
WHEEL_POINTS: float64 [4, 2] = c0512fcddb4beb48b0ce99067c4291d5a3282a79a7c259edc892d1cb9a4b0843
_TILE = 36
_WHEELS = 20
@exact
def _place_car(pose, points):
    """Write the corners of hull and wheels."""
    for row in range(_TILE):
        k = 0 if row < _WHEELS else 1 + (row - _WHEELS) // 4
        if k == 0:
            x, y = HULL_POINTS[row, 0], HULL_POINTS[row, 1]
        else:
            x, y = WHEEL_POINTS[(row - _WHEELS) % 4, 0], WHEEL_POINTS[(row - _WHEELS) % 4, 1]
        s, c = np.float64(pose[k, SINE]), np.float64(pose[k, COSINE])
        points[row, 0] = c * x - s * y + pose[k, PX]
        points[row, 1] = s * x + c * y + pose[k, PY]

POINTS = 40
_TILE = 36
@exact
def _place_tile(road, tiles, t, points):
    """Write the corners of a tile, counter-clockwise: from its own point it reaches back to the one before."""
    before = t - 1 if t > 0 else tiles - 1
    points[_TILE, 0], points[_TILE, 1] = road[t, 0], road[t, 1]
    points[_TILE + 1, 0], points[_TILE + 1, 1] = road[before, 0], road[before, 1]
    points[_TILE + 2, 0], points[_TILE + 2, 1] = road[before, 2], road[before, 3]
    points[_TILE + 3, 0], points[_TILE + 3, 1] = road[t, 2], road[t, 3]
    area = 0.0
    for i in range(_TILE, _TILE + 4):
        j = i + 1 if i + 1 < POINTS else _TILE
        area += points[i, 0] * points[j, 1] - points[i, 1] * points[j, 0]
    if area < 0.0:  # where the road's end meets its beginning
        for d in range(2):
            points[_TILE + 1, d], points[_TILE + 3, d] = points[_TILE + 3, d], points[_TILE + 1, d]

ANGLE = 2
COSINE = 3
FRICTION_LIMIT = 400.0
OMEGA = 4
PERIOD = 0.02
PHASE = 3
ROAD = 5
SINE = 2
STEER = 2
STIFFNESS = 82.0
VX = 3
VY = 4
WHEEL_INERTIA = 1.6
WHEEL_RADIUS = 0.54
_GRASS = 0.6
@exact
def roll(body, pose, wheel, grip, power, speed, force):
    """Turn the wheels, and write motor speeds [4] (rad/s) and forces [4, 2] (N) of the wheels, both float32.

    `grip` and `power` [4] are what is left of each wheel's friction and of the engine's power; 1 changes no bit.
    """
    for k in range(4):
        turn = wheel[k, STEER] - np.float64(F(body[k + 1, ANGLE] - body[0, ANGLE]))
        speed[k] = F(np.sign(turn) * min(50.0 * abs(turn), 3.0))
        s, c = np.float64(pose[k + 1, SINE]), np.float64(pose[k + 1, COSINE])
        vx, vy = np.float64(body[k + 1, VX]), np.float64(body[k + 1, VY])
        omega = _spin(wheel, k, power[k])
        wheel[k, PHASE] += omega * PERIOD
        along = (-(-s * vx + c * vy) + omega * WHEEL_RADIUS) * STIFFNESS
        across = -(c * vx + s * vy) * STIFFNESS
        size = math.sqrt(along * along + across * across)
        limit = grip[k] * (FRICTION_LIMIT * 1.0 if wheel[k, ROAD] > 0.0 else FRICTION_LIMIT * _GRASS)
        if abs(size) > limit:
            along = along / size * limit
            across = across / size * limit
        wheel[k, OMEGA] = omega - PERIOD * along * WHEEL_RADIUS / WHEEL_INERTIA
        force[k, 0], force[k, 1] = F(across * c + along * -s), F(across * s + along * c)

BRAKE = 1
ENGINE_POWER = 40000.0
GAS = 0
OMEGA = 4
PERIOD = 0.02
WHEEL_INERTIA = 1.6
@exact
def _spin(wheel, k, power):
    """Return how fast a wheel turns (rad/s) after engine, of which a share of the power is left, and brake."""
    omega = wheel[k, OMEGA]
    omega += PERIOD * (ENGINE_POWER * power) * wheel[k, GAS] / WHEEL_INERTIA / (abs(omega) + 5.0)
    brake = wheel[k, BRAKE]
    if brake >= 0.9:
        return 0.0
    if brake > 0:
        omega += -np.sign(omega) * min(15 * brake, abs(omega))
    return omega

ANGLE = 2
TURN = 5
VX = 3
VY = 4
WHEEL_INVERSE_MASS = np.float32(16.53439)
_DT = np.float32(0.02)
@exact
def solve(body, pose, joint, speed, force, geometry, seen, added):
    """Step the car by 0.02 s; return how many velocity passes were made.

    Args:
        body: float32 [5, 7]; see `columns`, as of pose and joint.
        pose: float32 [5, 4].
        joint: float32 [4, 5].
        speed: of the motors (rad/s), float32 [4].
        force: on the wheels (N), float32 [4, 2].
        geometry: room, float32 [4, GEOMETRY].
        seen: room, float32 [5, 5].
        added: room, float32 [BLOCK, 4, 2].
    """
    for k in range(4):
        body[k + 1, VX] += _DT * (WHEEL_INVERSE_MASS * force[k, 0])
        body[k + 1, VY] += _DT * (WHEEL_INVERSE_MASS * force[k, 1])
    s, c = F(math.sin(body[0, ANGLE])), F(math.cos(body[0, ANGLE]))
    hull = body[0, VX], body[0, VY], body[0, TURN]
    for k in range(3, -1, -1):  # the order in which Box2D's search finds the joints
        hull = _begin_joint(k, s, c, hull, body, joint, geometry)
    made = _solve_velocities(hull, body, joint, speed, geometry, seen, added)
    _move(body)
    solved = _solve_positions(body, joint)
    place_bodies(body, pose)
    _fall_asleep(body, solved)
    return made

ANGLE = 2
FREE = 0.0
JZ = 2
LIMIT = 4
_ZERO = np.float32(0.0)
@exact
def _begin_joint(k, s, c, hull, body, joint, geometry):
    """Measure a joint, see whether it is at a limit, and start it warm; return the hull's velocities."""
    measure(k, s, c, geometry)
    angle = F(body[k + 1, ANGLE] - body[0, ANGLE])
    limit = limit_at(angle)
    if limit == FREE or joint[k, LIMIT] != limit:
        joint[k, JZ] = _ZERO
    joint[k, LIMIT] = limit
    return warm_start(k, hull, body, joint, geometry)

AT_LOWER = 1.0
AT_UPPER = 2.0
FREE = 0.0
_LOWER = np.float32(-0.4)
_UPPER = np.float32(0.4)
@exact
def limit_at(angle):
    """Return FREE, AT_LOWER or AT_UPPER."""
    if angle <= _LOWER:
        return AT_LOWER
    return AT_UPPER if angle >= _UPPER else FREE

ANCHORS: float32 [4, 2] = 3c7878f552e62e98c235af6b237dc8d82b14b8760d5a708e27623e76281210fc
INVERSE = 5
INVERSE3 = 10
K11 = 2
K12 = 3
K13 = 6
K22 = 4
K23 = 7
K33 = 9
RX = 0
RY = 1
TURN_MASS = 8
_IA = np.float32(0.05490802)
_IB = np.float32(134.06262)
_MA = np.float32(0.14164306)
_MB = np.float32(16.53439)
_ONE = np.float32(1.0)
@exact
def measure(k, s, c, geometry):
    """Write the geometry of a joint, of a hull turned by an angle of this sine and cosine."""
    rx, ry = turn_by(s, c, ANCHORS[k, 0], ANCHORS[k, 1])
    k11, k12, k13 = _MA + _MB + ry * ry * _IA, -ry * rx * _IA, -ry * _IA
    k22, k23, k33 = _MA + _MB + rx * rx * _IA, rx * _IA, _IA + _IB
    c1, c2, c3 = k22 * k33 - k23 * k23, k23 * k13 - k12 * k33, k12 * k23 - k22 * k13
    geometry[k, RX], geometry[k, RY] = rx, ry
    geometry[k, K11], geometry[k, K12], geometry[k, K22] = k11, k12, k22
    geometry[k, K13], geometry[k, K23], geometry[k, K33] = k13, k23, k33
    geometry[k, INVERSE], geometry[k, TURN_MASS] = _ONE / (k11 * k22 - k12 * k12), _ONE / k33
    geometry[k, INVERSE3] = _ONE / (k11 * c1 + k12 * c2 + k13 * c3)

@exact
def turn_by(s, c, x, y):
    """Return a vector turned by an angle of this sine and cosine."""
    return c * x - s * y, s * x + c * y

JX = 0
JY = 1
JZ = 2
MOTOR = 3
TURN = 5
_IA = np.float32(0.05490802)
_IB = np.float32(134.06262)
@exact
def warm_start(k, hull, body, joint, geometry):
    """Apply the impulses of the step before; return the hull's velocities."""
    (vx, vy, turn), lever = _push(k, hull, body, geometry, joint[k, JX], joint[k, JY])
    body[k + 1, TURN] += _IB * (joint[k, MOTOR] + joint[k, JZ])
    return vx, vy, turn - _IA * (lever + joint[k, MOTOR] + joint[k, JZ])

RX = 0
RY = 1
VX = 3
VY = 4
_MA = np.float32(0.14164306)
_MB = np.float32(16.53439)
@exact
def _push(k, hull, body, geometry, ix, iy):
    """Apply an impulse to the points of a joint; return the hull's velocities, and how much of it turns the hull."""
    vx, vy, turn = hull
    body[k + 1, VX] += _MB * ix
    body[k + 1, VY] += _MB * iy
    return (vx - _MA * ix, vy - _MA * iy, turn), geometry[k, RX] * iy - geometry[k, RY] * ix

REST = 6
TURN = 5
VX = 3
VY = 4
_DT = np.float32(0.02)
_SLEEPY = np.float32(0.5)
_SLOW_MOVE = np.float32(1e-04)
_SLOW_TURN = np.float32(0.0012184699)
_ZERO = np.float32(0.0)
@exact
def _fall_asleep(body, solved):
    """Take all velocities away once the car has been slow for long enough; the next motor speed wakes it."""
    shortest = _SLEEPY
    for k in range(5):
        vx, vy, turn = body[k, VX], body[k, VY], body[k, TURN]
        if turn * turn > _SLOW_TURN or vx * vx + vy * vy > _SLOW_MOVE:
            body[k, REST] = _ZERO
        else:
            body[k, REST] += _DT
        shortest = min(shortest, body[k, REST])
    if shortest >= _SLEEPY and solved:
        for k in range(5):
            body[k, VX], body[k, VY], body[k, TURN], body[k, REST] = _ZERO, _ZERO, _ZERO, _ZERO

ANGLE = 2
CX = 0
CY = 1
TURN = 5
VX = 3
VY = 4
_DT = np.float32(0.02)
_MOST_MOVE = np.float32(2.0)
_MOST_TURN = np.float32(1.5707964)
@exact
def _move(body):
    """Move all bodies by their velocities, which are cut where they are more than a step allows."""
    for k in range(5):
        mx, my, turned = _DT * body[k, VX], _DT * body[k, VY], _DT * body[k, TURN]
        moved = mx * mx + my * my
        if moved > _MOST_MOVE * _MOST_MOVE:
            ratio = _MOST_MOVE / F(math.sqrt(moved))
            body[k, VX] *= ratio
            body[k, VY] *= ratio
        if turned * turned > _MOST_TURN * _MOST_TURN:
            body[k, TURN] *= _MOST_TURN / abs(turned)
        body[k, CX] += _DT * body[k, VX]
        body[k, CY] += _DT * body[k, VY]
        body[k, ANGLE] += _DT * body[k, TURN]

POSITION_PASSES = 60
@exact
def _solve_positions(body, joint):
    """Pull the joints together; return whether that succeeded."""
    for _ in range(POSITION_PASSES):
        solved = True
        for k in range(3, -1, -1):
            solved = _solve_position(k, body, joint) and solved
        if solved:
            return True
    return False

ANCHORS: float32 [4, 2] = 3c7878f552e62e98c235af6b237dc8d82b14b8760d5a708e27623e76281210fc
ANGLE = 2
CX = 0
CY = 1
FREE = 0.0
HULL_INVERSE_INERTIA = np.float32(0.05490802)
HULL_INVERSE_MASS = np.float32(0.14164306)
LIMIT = 4
WHEEL_INVERSE_MASS = np.float32(16.53439)
_ANGULAR_SLOP = np.float32(0.03490659)
_LINEAR_SLOP = np.float32(0.005)
_ONE = np.float32(1.0)
_ZERO = np.float32(0.0)
@exact
def _solve_position(k, body, joint):
    """Make one position pass over a joint; return whether its errors were small."""
    angular = _ZERO
    if joint[k, LIMIT] != FREE:
        angular = turn_back(k, body, joint)
    s, c = F(math.sin(body[0, ANGLE])), F(math.cos(body[0, ANGLE]))
    rx, ry = turn_by(s, c, ANCHORS[k, 0], ANCHORS[k, 1])
    dx, dy = body[k + 1, CX] - body[0, CX] - rx, body[k + 1, CY] - body[0, CY] - ry
    k11 = HULL_INVERSE_MASS + WHEEL_INVERSE_MASS + HULL_INVERSE_INERTIA * ry * ry
    k12 = -HULL_INVERSE_INERTIA * rx * ry
    k22 = HULL_INVERSE_MASS + WHEEL_INVERSE_MASS + HULL_INVERSE_INERTIA * rx * rx
    inverse = k11 * k22 - k12 * k12
    if inverse != _ZERO:
        inverse = _ONE / inverse
    ix, iy = -(inverse * (k22 * dx - k12 * dy)), -(inverse * (k11 * dy - k12 * dx))
    body[0, CX] -= HULL_INVERSE_MASS * ix
    body[0, CY] -= HULL_INVERSE_MASS * iy
    body[0, ANGLE] -= HULL_INVERSE_INERTIA * (rx * iy - ry * ix)
    body[k + 1, CX] += WHEEL_INVERSE_MASS * ix
    body[k + 1, CY] += WHEEL_INVERSE_MASS * iy
    return F(math.sqrt(dx * dx + dy * dy)) <= _LINEAR_SLOP and angular <= _ANGULAR_SLOP

ANGLE = 2
AT_LOWER = 1.0
LIMIT = 4
_ANGULAR_SLOP = np.float32(0.03490659)
_IA = np.float32(0.05490802)
_IB = np.float32(134.06262)
_LOWER = np.float32(-0.4)
_MOST_CORRECTION = np.float32(0.13962635)
_ONE = np.float32(1.0)
_UPPER = np.float32(0.4)
_ZERO = np.float32(0.0)
@exact
def turn_back(k, body, joint):
    """Turn hull and wheel back towards the limit; return how far they were beyond it (rad)."""
    angle = F(body[k + 1, ANGLE] - body[0, ANGLE])
    if joint[k, LIMIT] == AT_LOWER:
        beyond = F(angle - _LOWER)
        correction = max(-_MOST_CORRECTION, min(beyond + _ANGULAR_SLOP, _ZERO))
        error = -beyond
    else:
        beyond = F(angle - _UPPER)
        correction = max(_ZERO, min(beyond - _ANGULAR_SLOP, _MOST_CORRECTION))
        error = beyond
    impulse = -(_ONE / (_IA + _IB)) * correction
    body[0, ANGLE] -= _IA * impulse
    body[k + 1, ANGLE] += _IB * impulse
    return error

BLOCK = 4
JX = 0
JY = 1
TURN = 5
VELOCITY_PASSES = 180
VX = 3
VY = 4
@exact
def _solve_velocities(hull, body, joint, speed, geometry, seen, added):
    """Have the effect of 180 velocity passes, with the hull's velocities before; return how many were really made.

    A pass is a function of velocities and of the impulses of motors and limits. Once these are what they were a block
    ago, all later blocks repeat the last one. Only the impulses along x and y still drift, which no pass reads: the
    same increments are added in the same order, so the bits are those of 180 passes.
    """
    made = 0
    while made < VELOCITY_PASSES:
        for p in range(BLOCK):
            hull = _pass(hull, body, joint, speed, geometry, added, p)
        made += BLOCK
        body[0, VX], body[0, VY], body[0, TURN] = hull
        if _repeats(body, joint, seen) and made > BLOCK:
            for _ in range((VELOCITY_PASSES - made) // BLOCK):
                for p in range(BLOCK):
                    for k in range(4):
                        joint[k, JX] += added[p, k, 0]
                        joint[k, JY] += added[p, k, 1]
            break
    return made

FREE = 0.0
JX = 0
JY = 1
LIMIT = 4
@exact
def _pass(hull, body, joint, speed, geometry, added, p):
    """Make one velocity pass over all joints, and note in row `p` of `added` what it adds to their impulses.

    Takes and returns the hull's velocities, which every joint changes: in an array each would wait for the one before.
    """
    for k in range(3, -1, -1):
        hull = turn_motor(k, hull, body, joint, speed, geometry)
        if joint[k, LIMIT] == FREE:
            hull, ix, iy = hold_together(k, hull, body, geometry)
        else:
            hull, ix, iy = hold_at_limit(k, hull, body, joint, geometry)
        joint[k, JX] += ix
        joint[k, JY] += iy
        added[p, k, 0], added[p, k, 1] = ix, iy
    return hull

AT_LOWER = 1.0
AT_UPPER = 2.0
INVERSE = 5
JZ = 2
K11 = 2
K12 = 3
K13 = 6
K22 = 4
K23 = 7
LIMIT = 4
TURN = 5
_IA = np.float32(0.05490802)
_IB = np.float32(134.06262)
_ZERO = np.float32(0.0)
@exact
def hold_at_limit(k, hull, body, joint, geometry):
    """Stop the points of a joint at a limit from moving apart, and it from going on; return as `hold_together` does."""
    dx, dy = _apart(k, hull, body, geometry)
    ix, iy, iz = _solve33(k, geometry, dx, dy, body[k + 1, TURN] - hull[2])
    z = joint[k, JZ]
    total = z + iz
    if (joint[k, LIMIT] == AT_LOWER and total < _ZERO) or (joint[k, LIMIT] == AT_UPPER and total > _ZERO):
        k11, k12, k22, inverse = geometry[k, K11], geometry[k, K12], geometry[k, K22], geometry[k, INVERSE]
        hx, hy = -dx + z * geometry[k, K13], -dy + z * geometry[k, K23]
        ix, iy, iz = inverse * (k22 * hx - k12 * hy), inverse * (k11 * hy - k12 * hx), -z
        total = _ZERO
    joint[k, JZ] = total
    (vx, vy, turn), lever = _push(k, hull, body, geometry, ix, iy)
    body[k + 1, TURN] += _IB * iz
    return (vx, vy, turn - _IA * (lever + iz)), ix, iy

RX = 0
RY = 1
VX = 3
VY = 4
@exact
def _apart(k, hull, body, geometry):
    """Return how fast the two points of a joint move apart (m/s)."""
    vx, vy, turn = hull
    return body[k + 1, VX] - vx - (-turn * geometry[k, RY]), body[k + 1, VY] - vy - (turn * geometry[k, RX])

INVERSE3 = 10
K11 = 2
K12 = 3
K13 = 6
K22 = 4
K23 = 7
K33 = 9
@exact
def _solve33(k, geometry, dx, dy, dw):
    """Return the impulse that stops points and angle of a joint, by Cramer's rule."""
    k11, k12, k22 = geometry[k, K11], geometry[k, K12], geometry[k, K22]
    k13, k23, k33, inverse = geometry[k, K13], geometry[k, K23], geometry[k, K33], geometry[k, INVERSE3]
    c1, c2, c3 = k22 * k33 - k23 * k23, k23 * k13 - k12 * k33, k12 * k23 - k22 * k13
    ix = -(inverse * (dx * c1 + dy * c2 + dw * c3))
    c1, c2, c3 = dy * k33 - dw * k23, dw * k13 - dx * k33, dx * k23 - dy * k13
    iy = -(inverse * (k11 * c1 + k12 * c2 + k13 * c3))
    c1, c2, c3 = k22 * dw - k23 * dy, k23 * dx - k12 * dw, k12 * dy - k22 * dx
    return ix, iy, -(inverse * (k11 * c1 + k12 * c2 + k13 * c3))

INVERSE = 5
K11 = 2
K12 = 3
K22 = 4
_IA = np.float32(0.05490802)
@exact
def hold_together(k, hull, body, geometry):
    """Stop the points of a joint within its limits from moving apart; return the hull's velocities and the impulse."""
    dx, dy = _apart(k, hull, body, geometry)
    k11, k12, k22, inverse = geometry[k, K11], geometry[k, K12], geometry[k, K22], geometry[k, INVERSE]
    ix, iy = inverse * (k22 * -dx - k12 * -dy), inverse * (k11 * -dy - k12 * -dx)
    (vx, vy, turn), lever = _push(k, hull, body, geometry, ix, iy)
    return (vx, vy, turn - _IA * lever), ix, iy

MOTOR = 3
TURN = 5
TURN_MASS = 8
_IA = np.float32(0.05490802)
_IB = np.float32(134.06262)
_MOST_MOTOR = np.float32(1.296)
@exact
def turn_motor(k, hull, body, joint, speed, geometry):
    """Turn hull and wheel against each other towards the motor's speed; return the hull's velocities."""
    vx, vy, turn = hull
    old = joint[k, MOTOR]
    impulse = -geometry[k, TURN_MASS] * (body[k + 1, TURN] - turn - speed[k])
    joint[k, MOTOR] = max(-_MOST_MOTOR, min(old + impulse, _MOST_MOTOR))
    impulse = joint[k, MOTOR] - old
    body[k + 1, TURN] += _IB * impulse
    return vx, vy, turn - _IA * impulse

JZ = 2
MOTOR = 3
VX = 3
@exact
def _repeats(body, joint, seen):
    """Whether all that a pass reads is as it was when this was last called."""
    same = True
    for k in range(5):
        for d in range(3):
            same = same and seen[k, d] == body[k, VX + d]
            seen[k, d] = body[k, VX + d]
    for k in range(4):
        same = same and seen[k, 3] == joint[k, JZ] and seen[k, 4] == joint[k, MOTOR]
        seen[k, 3], seen[k, 4] = joint[k, JZ], joint[k, MOTOR]
    return same

ANGLE = 2
CENTRE_X = np.float32(1.4774524e-09)
CENTRE_Y = np.float32(-0.082530886)
COSINE = 3
CX = 0
CY = 1
PX = 0
PY = 1
SINE = 2
@exact
def place_bodies(body, pose):
    """Write where the origins of all bodies are, from their centres of mass."""
    for k in range(5):
        s, c = F(math.sin(body[k, ANGLE])), F(math.cos(body[k, ANGLE]))
        pose[k, SINE], pose[k, COSINE] = s, c
        pose[k, PX], pose[k, PY] = body[k, CX], body[k, CY]
        if k == 0:
            x, y = turn_by(s, c, CENTRE_X, CENTRE_Y)
            pose[0, PX], pose[0, PY] = body[0, CX] - x, body[0, CY] - y

ANGLE = 2
CENTRE_X = np.float32(1.4774524e-09)
CENTRE_Y = np.float32(-0.082530886)
CX = 0
CY = 1
HEADING = 1
PX = 0
PY = 1
WHEEL_AT: float64 [4, 2] = 46a744506c9fe7e1c999b7650ab191b54f1b6456fabc04083015aab074fbcfbb
X = 2
Y = 3
@exact
def put_car(track, body, pose):
    """Put a car at rest on the first tile; `body` is zeros."""
    heading, x, y = F(track[0, HEADING]), F(track[0, X]), F(track[0, Y])
    dx, dy = turn_by(F(math.sin(heading)), F(math.cos(heading)), CENTRE_X, CENTRE_Y)
    body[0, CX], body[0, CY], body[0, ANGLE] = dx + x, dy + y, heading
    for k in range(4):
        # Not turned with the car: Gymnasium leaves that to the joints, which pull the wheels into place.
        body[k + 1, CX], body[k + 1, CY] = F(track[0, X] + WHEEL_AT[k, 0]), F(track[0, Y] + WHEEL_AT[k, 1])
        body[k + 1, ANGLE] = heading
    place_bodies(body, pose)
    pose[0, PX], pose[0, PY] = x, y

def advance(state: Car, control: Array, period: float, model: Condition) -> Car:
    """Return the car a frame later; controls are steering (+1 right), gas (0 to 1) and brake (0 to 1)."""
    body, pose = state.body.astype(np.float32), state.pose.astype(np.float32)
    joint, wheel = state.joint.astype(np.float32), state.wheel.copy()
    touched, score, tiles = state.touched.copy(), state.score.copy(), int(state.length[0])
    press(wheel, control, model.drag)
    moving, condition = (body, pose, joint, wheel, touched, score), (model.grip, model.power)
    move((state.track, state.road, tiles), moving, condition, _room())
    judge(tiles, pose, score)
    return Car(
        state.track,
        state.road,
        state.kerb,
        state.length,
        body.astype(np.float64),
        pose.astype(np.float64),
        joint.astype(np.float64),
        wheel,
        touched,
        score,
    )

BEFORE = 2
FIELD = 333.3333333333333
LAP = 4
OVER = 7
PX = 0
PY = 1
REWARD = 6
TOTAL = 1
VISITED = 3
@exact
def judge(tiles, pose, score):
    """Write the reward of a frame that was driven, and whether it was the last."""
    score[TOTAL] -= 0.1
    score[REWARD] = score[TOTAL] - score[BEFORE]
    score[BEFORE] = score[TOTAL]
    score[OVER] = 1.0 if score[VISITED] == tiles or score[LAP] > 0.0 else 0.0
    if abs(pose[0, PX]) > FIELD or abs(pose[0, PY]) > FIELD:
        score[OVER], score[REWARD] = 1.0, -100.0

BRAKE = 1
GAS = 0
STEER = 2
@exact
def press(wheel, control, drag):
    """Take up steering, gas and brake; gas rises by 0.1 a tick at most, and no brake is below its drag [4]."""
    wheel[0, STEER] = -control[0]
    wheel[1, STEER] = -control[0]
    gas = min(max(control[1], 0.0), 1.0)
    for k in range(2, 4):
        wheel[k, GAS] += min(gas - wheel[k, GAS], 0.1)
    for k in range(4):
        wheel[k, BRAKE] = max(control[2], drag[k]) if drag[k] > 0.0 else control[2]

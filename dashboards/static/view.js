// Where one looks: middle and scale, moved by pointer, wheel, two fingers, keys and buttons.
const STEP = 1.6;

export class View {
  constructor(canvas, { changed, pick, hover, leave }) {
    Object.assign(this, { canvas, changed, pick, hover, leave, x: 0, y: 0, scale: 0.05, limits: [0.01, 4], held: new Map() });
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => this.up(event));
    canvas.addEventListener("pointerleave", () => this.held.size || hover(undefined));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("dblclick", (event) => this.zoom(STEP, event.offsetX, event.offsetY));
    canvas.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.resize()).observe(canvas);
    this.resize();
  }

  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    this.dpr = window.devicePixelRatio || 1;
    this.width = clientWidth;
    this.height = clientHeight;
    this.canvas.width = Math.round(clientWidth * this.dpr);
    this.canvas.height = Math.round(clientHeight * this.dpr);
    this.changed();
  }

  /** The scale at which a whole box is seen [px/m]. */
  fitting(box, margin = 24, covered = 0) {
    const [wide, high] = [Math.max(1, box.right - box.left), Math.max(1, box.bottom - box.top)];
    return Math.min((this.width - 2 * margin) / wide, Math.max(1, this.height - covered - 2 * margin) / high);
  }

  fit(box, margin) {
    this.x = (box.left + box.right) / 2;
    this.y = (box.top + box.bottom) / 2;
    this.scale = this.bounded(this.fitting(box, margin));
    this.changed();
  }

  /** Looks at a box where it is not seen whole already: moves there, and goes farther away only where it must.
   *  ``covered``: so much lies under something, from below [px]. */
  reveal(box, covered = 0, margin = 48) {
    const [left, top] = this.toScreen(box.left, box.top);
    const [right, bottom] = this.toScreen(box.right, box.bottom);
    const high = this.height - covered;
    if (left > margin && top > margin && right < this.width - margin && bottom < high - margin) return;
    this.scale = this.bounded(Math.min(Math.max(this.scale, 0.08), this.fitting(box, margin, covered), 1.2));
    this.x = (box.left + box.right) / 2;
    this.y = (box.top + box.bottom) / 2 + covered / 2 / this.scale;
    this.changed();
  }

  /** Moves a place up where something lies over it, from below [px]. */
  uncover([x, y], covered, margin = 48) {
    const [, py] = this.toScreen(x, y);
    const lowest = Math.max(margin, this.height - covered - margin);
    if (py > lowest) this.pan(0, lowest - py);
  }

  bounded(scale) {
    return Math.max(this.limits[0], Math.min(this.limits[1], scale));
  }

  toScreen(x, y) {
    return [(x - this.x) * this.scale + this.width / 2, (y - this.y) * this.scale + this.height / 2];
  }

  toWorld(px, py) {
    return [(px - this.width / 2) / this.scale + this.x, (py - this.height / 2) / this.scale + this.y];
  }

  /** Zooms while the point under (px, py) stays where it is. */
  zoom(factor, px = this.width / 2, py = this.height / 2) {
    const [wx, wy] = this.toWorld(px, py);
    this.scale = this.bounded(this.scale * factor);
    this.x = wx - (px - this.width / 2) / this.scale;
    this.y = wy - (py - this.height / 2) / this.scale;
    this.changed();
  }

  pan(dx, dy) {
    this.x -= dx / this.scale;
    this.y -= dy / this.scale;
    this.changed();
  }

  down(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.held.set(event.pointerId, [event.offsetX, event.offsetY]);
    if (this.held.size === 1) this.travelled = 0;
  }

  move(event) {
    const before = this.held.get(event.pointerId);
    if (!before) return event.pointerType === "mouse" && this.hover(this.toWorld(event.offsetX, event.offsetY));
    const now = [event.offsetX, event.offsetY];
    const other = [...this.held].find(([id]) => id !== event.pointerId)?.[1];
    this.held.set(event.pointerId, now);
    this.travelled += Math.hypot(now[0] - before[0], now[1] - before[1]);
    if (other) return this.pinch(before, now, other);
    return this.pan(now[0] - before[0], now[1] - before[1]);
  }

  pinch(before, now, other) {
    const ratio = Math.hypot(now[0] - other[0], now[1] - other[1]) / Math.hypot(before[0] - other[0], before[1] - other[1]);
    this.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
    if (Number.isFinite(ratio) && ratio > 0) this.zoom(ratio, (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
  }

  up(event) {
    const tapped = event.type === "pointerup" && this.held.size === 1 && this.travelled < 6;
    this.held.delete(event.pointerId);
    if (tapped) this.pick(this.toWorld(event.offsetX, event.offsetY), event.pointerType);
  }

  wheel(event) {
    event.preventDefault();
    const size = event.deltaMode === 1 ? 16 : 1;
    this.zoom(Math.exp(-Math.max(-120, Math.min(120, event.deltaY * size)) / 300), event.offsetX, event.offsetY);
  }

  key(event) {
    const moves = { ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80] };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (moves[event.key]) this.pan(...moves[event.key]);
    else if (event.key === "+" || event.key === "=") this.zoom(STEP);
    else if (event.key === "-") this.zoom(1 / STEP);
    else if (event.key === "Escape") this.leave();
    else if (event.key === "Enter") this.pick([this.x, this.y], "keyboard");
    else return;
    event.preventDefault();
  }
}

// When a frame is drawn: at most one a screen's, upon a canvas of its own, so that what is pointed at costs nothing; a
// slow one is moved as a picture until the hand rests.
import { draw, point } from "./draw.js";

const SLOW_MS = 45;
const REST_MS = 90;

/** Frames of a scene upon a canvas. ``view`` and ``look`` are asked for each time; ``drawn`` is called after a whole one. */
export const frames = ({ canvas, scene, view, look, drawn }) => {
  const stage = document.createElement("canvas");
  let cost = 0;
  let waiting = false;
  let stale = true;
  let rested = true;
  let rest = 0;
  let at; // where one looked when the last whole frame was drawn

  const moving = () => at && at.width === canvas.width && (at.x !== view().x || at.y !== view().y || at.scale !== view().scale);

  const whole = () => {
    if (stage.width !== canvas.width || stage.height !== canvas.height) Object.assign(stage, { width: canvas.width, height: canvas.height });
    const begin = performance.now();
    draw(stage.getContext("2d", { alpha: false }), view(), scene, look());
    cost = performance.now() - begin;
    const { x, y, scale } = view();
    at = { x, y, scale, width: canvas.width };
    stale = false;
    drawn();
  };

  /** The last frame moved and stretched to where one looks now. */
  const shift = (pen) => {
    const { scale, width, height, dpr } = view();
    const k = scale / at.scale;
    const [x, y] = view().toScreen(at.x, at.y);
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = look().colours["bas-land"];
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.setTransform(k, 0, 0, k, (x - (k * width) / 2) * dpr, (y - (k * height) / 2) * dpr);
    pen.drawImage(stage, 0, 0);
  };

  const paint = () => {
    waiting = false;
    const pen = canvas.getContext("2d", { alpha: false });
    if (stale && !rested && cost > SLOW_MS && moving()) {
      shift(pen);
      clearTimeout(rest);
      rest = setTimeout(() => ask({ moved: false }), REST_MS);
      return;
    }
    if (stale) whole();
    rested = false;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.drawImage(stage, 0, 0);
    if (scene.hovered?.path) point(pen, view(), scene.hovered.path, look());
  };

  /** Asks for a frame: a whole one, ``moved`` where only the place is another one, ``over`` where only the pointer is. */
  const ask = ({ moved = false, over = false } = {}) => {
    stale ||= !over;
    rested ||= !moved && !over;
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(paint);
  };
  return { ask, paint };
};

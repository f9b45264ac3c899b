// Operations on z.

/** Random numbers in [0, 1) from a seed: mulberry32, by Tommy Ettinger (public domain). */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The point at t in [0, 1] on the line from a to b. */
export const line = (a, b, t) => a.map((value, k) => (1 - t) * value + t * b[k]);

/** The point at t on the arc around 0 from a to b, whose length goes from that of a to that of b
 * (arXiv:1609.04468). */
export function arc(a, b, t) {
  const angle = Math.acos(Math.max(-1, Math.min(1, dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)))));
  if (angle < 1e-6 || Math.PI - angle < 1e-6) return line(a, b, t);
  const [from, to] = [Math.sin((1 - t) * angle), Math.sin(t * angle)].map((s) => s / Math.sin(angle));
  return a.map((value, k) => from * value + to * b[k]);
}

const dot = (a, b) => a.reduce((sum, value, k) => sum + value * b[k], 0);

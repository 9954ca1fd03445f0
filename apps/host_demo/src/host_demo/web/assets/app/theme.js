// A mini program's colour: the same in every host, and readable by day and by night whatever its owner chose.

const DAY = { ground: '#f4f5f7', toward: '#000000', on: '#ffffff' };
const NIGHT = { ground: '#191d23', toward: '#ffffff', on: '#0b0f14' };
const READABLE = 5.5; // WCAG asks for 4.5; a tint of the colour below its own text takes a part of it
const STEPS = 20;

/** Gives the screen this colour (#rrggbb) for its buttons and signs; without one it keeps the platform's. */
export function wear(screen, colour) {
  if (!colour) return;
  screen.style.setProperty('--accent', `light-dark(${readable(colour, DAY)}, ${readable(colour, NIGHT)})`);
  screen.style.setProperty('--on-accent', `light-dark(${DAY.on}, ${NIGHT.on})`);
}

/** The colour, as much nearer to black or white as it takes to be read on the ground. What is read on it is the other one. */
function readable(colour, { ground, toward }) {
  for (let step = 0; step < STEPS; step += 1) {
    const mixed = mix(colour, toward, step / STEPS);
    if (contrast(mixed, ground) >= READABLE) return mixed;
  }
  return toward;
}

function channels(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

function mix(colour, other, share) {
  const others = channels(other);
  return `#${channels(colour).map((value, at) => Math.round(value + (others[at] - value) * share).toString(16).padStart(2, '0')).join('')}`;
}

/** The contrast of two colours, from 1 to 21, as WCAG 2 defines it. */
function contrast(one, other) {
  const [lighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour) {
  const [red, green, blue] = channels(colour).map((value) => value / 255).map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

// z as the prior of a generator draws it: its parts are noise, and latent codes with names.

/** The noise and the codes of z. `parts` is the list that `ganzoo export` writes into the file.
 *
 * coordinates: the places of z that are noise, each with the range of a slider. codes: each with its
 * name, its place in z, and its values: `count` categories, or a number from low to high. normal:
 * whether all noise is normal. */
export function noiseOf(parts) {
  const coordinates = [];
  const codes = [];
  const draws = [];
  let place = 0;
  for (const part of parts) {
    const { name, length, kind } = part;
    if (!(kind in KINDS)) throw new Error("The playground cannot draw from the prior of this generator.");
    const { low, high, one } = KINDS[kind](part);
    if (kind === "category") codes.push({ name: name ?? "category", place, count: length });
    for (let k = 0; k < length && kind !== "category"; k++, draws.push(one)) {
      if (name === undefined) coordinates.push({ place: place + k, low, high });
      else codes.push({ name: length > 1 ? `${name} ${k + 1}` : name, place: place + k, low, high });
    }
    if (kind === "category") draws.push(...Array(length).fill(() => 0)); // `withCodes` sets the 1
    place += length;
  }
  return {
    length: place,
    coordinates,
    codes,
    normal: parts.every(({ name, kind }) => name !== undefined || kind === "normal"),
    draw: (random) => Float32Array.from(draws, (one) => one(random)),
  };
}

/** z with values of its codes: the number of a category, or the number itself. */
export function withCodes(z, codes, values) {
  const result = Float32Array.from(z);
  codes.forEach(({ place, count }, k) => {
    if (count) result.fill(0, place, place + count)[place + values[k]] = 1;
    else result[place] = values[k];
  });
  return result;
}

/** The values of a code for a row of pictures: all categories, or `steps` numbers. */
export const valuesOf = ({ count, low, high }, steps) =>
  Array.from({ length: count ?? steps }, (_, k) => (count ? k : low + ((high - low) * k) / (steps - 1)));

const KINDS = {
  category: () => ({}),
  normal: ({ std }) => ({
    low: -3 * std,
    high: 3 * std,
    one: (random) => std * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  }),
  uniform: ({ low, high }) => ({ low, high, one: (random) => low + (high - low) * random() }),
};

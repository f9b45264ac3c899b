// Reads a safetensors file: 8 bytes with the length of the header, the header as JSON, the tensors
// (https://huggingface.co/docs/safetensors). Values in 16 bits become values in 32 bits.

/** The tensors by name, each with its shape and values, and the text of the metadata by key. */
export function parse(buffer) {
  const view = new DataView(buffer);
  const length = buffer.byteLength < 8 ? Infinity : Number(view.getBigUint64(0, true));
  if (8 + length > buffer.byteLength) throw new Error("This is not a safetensors file.");
  const { __metadata__: metadata = {}, ...entries } = JSON.parse(
    new TextDecoder().decode(new Uint8Array(buffer, 8, length)),
  );
  const tensors = {};
  for (const [name, { dtype, shape, data_offsets: [begin, end] }] of Object.entries(entries)) {
    if (dtype in READERS) {
      const bytes = buffer.slice(8 + length + begin, 8 + length + end);
      tensors[name] = { shape, values: READERS[dtype](bytes) };
    }
  }
  return { tensors, metadata };
}

const READERS = {
  F32: (bytes) => new Float32Array(bytes),
  F16: (bytes) => Float32Array.from(new Uint16Array(bytes), half),
};

/** The number of an IEEE 754 half: 1 bit of sign, 5 of exponent, 10 of fraction. */
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

// The layers of the networks "mlp" and "dcgan", for one sample, in evaluation. A layer is a function
// from a Float32Array to a Float32Array; a map of channels lies channel after channel, row after row.

/** y = A x + b, with A of the shape [outputs, inputs]. */
export function linear({ weight, bias }) {
  const [outputs, inputs] = weight.shape;
  return (x) => {
    const y = new Float32Array(outputs);
    for (let o = 0, k = 0; o < outputs; o++) {
      let sum = bias ? bias.values[o] : 0;
      for (let i = 0; i < inputs; i++, k++) sum += weight.values[k] * x[i];
      y[o] = sum;
    }
    return y;
  };
}

/** Batch normalisation by the running mean and variance, for units or for the channels of a map. */
export function batchNorm({ weight, bias, running_mean: mean, running_var: variance }) {
  const channels = weight.values.length;
  const scale = weight.values.map((w, c) => w / Math.sqrt(variance.values[c] + 1e-5));
  return (x) => {
    const pixels = x.length / channels;
    return x.map((value, k) => {
      const c = Math.floor(k / pixels);
      return (value - mean.values[c]) * scale[c] + bias.values[c];
    });
  };
}

/** A transposed convolution to a map of height x width, from one of half that size, rounded down:
 * kernel 4, stride 2, padding 1. The weight has the shape [inputs, outputs, 4, 4]. */
export function doubling({ weight, bias }, [height, width]) {
  const [inputs, outputs] = weight.shape;
  const [rows, columns] = [height >> 1, width >> 1];
  return (x) => {
    const y = new Float32Array(outputs * height * width);
    if (bias) for (let k = 0; k < y.length; k++) y[k] = bias.values[Math.floor(k / (height * width))];
    for (let i = 0; i < inputs; i++)
      for (let r = 0; r < rows; r++)
        for (let c = 0; c < columns; c++) {
          const value = x[(i * rows + r) * columns + c];
          if (value === 0) continue; // after a rectifier often half of the values
          for (let o = 0; o < outputs; o++)
            for (let kr = 0; kr < 4; kr++) {
              const row = 2 * r - 1 + kr;
              if (row < 0 || row >= height) continue;
              const kernel = ((i * outputs + o) * 4 + kr) * 4;
              const out = (o * height + row) * width + 2 * c - 1;
              for (let kc = 0; kc < 4; kc++) {
                const column = 2 * c - 1 + kc;
                if (column >= 0 && column < width) y[out + kc] += value * weight.values[kernel + kc];
              }
            }
        }
    return y;
  };
}

export const ACTIVATIONS = {
  relu: (x) => Math.max(x, 0),
  "leaky-relu": (x) => (x < 0 ? 0.2 * x : x),
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  silu: (x) => x / (1 + Math.exp(-x)),
  tanh: Math.tanh,
};

/** The error function to 1.5e-7: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26. */
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}

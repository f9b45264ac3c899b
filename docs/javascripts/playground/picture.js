// Samples as pictures on a canvas.

/** Draw samples in a row on a canvas of height x (n width) pixels; the page scales it. */
export function drawRow(canvas, generator, samples) {
  const { channels, height, width, range: [low, high] } = generator;
  if (canvas.height !== height || canvas.width !== width * samples.length) {
    Object.assign(canvas, { height, width: width * samples.length });
  }
  const context = canvas.getContext("2d");
  samples.forEach((x, n) => {
    const image = context.createImageData(width, height);
    for (let p = 0; p < width * height; p++) {
      for (let c = 0; c < 3; c++) {
        const value = x[(channels === 3 ? c : 0) * width * height + p];
        image.data[4 * p + c] = Math.round((255 * (value - low)) / (high - low));
      }
      image.data[4 * p + 3] = 255;
    }
    context.putImageData(image, n * width, 0);
  });
}

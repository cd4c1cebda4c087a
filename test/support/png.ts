import { inflateSync } from "node:zlib";

/** A screenshot as grey values from 0 to 255, because a mark must be recognisable without its colour. */
export interface Picture {
  width: number;
  height: number;
  grey(x: number, y: number): number;
}

/** The predictor of PNG's fourth filter. */
function paeth(left: number, above: number, corner: number): number {
  const near = left + above - corner;
  const [a, b, c] = [Math.abs(near - left), Math.abs(near - above), Math.abs(near - corner)];
  return a <= b && a <= c ? left : b <= c ? above : corner;
}

/**
 * Reads a PNG with 8 bits a channel, RGB or RGBA, as browsers write their screenshots.
 *
 * @see https://www.w3.org/TR/png-3/
 */
export function readPng(file: Buffer): Picture {
  const data: Buffer[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    if (file.toString("latin1", at + 4, at + 8) === "IDAT") data.push(file.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const [width, height, depth, type] = [file.readUInt32BE(16), file.readUInt32BE(20), file[24], file[25]];
  if (depth !== 8 || (type !== 2 && type !== 6)) throw new Error(`a PNG of type ${type} and depth ${depth}`);
  const channels = type === 2 ? 3 : 4;
  const stride = width * channels;
  const raw = inflateSync(Buffer.concat(data));
  const pixels = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let i = 0; i < stride; i++) {
      const left = i < channels ? 0 : pixels[y * stride + i - channels]!;
      const above = y === 0 ? 0 : pixels[(y - 1) * stride + i]!;
      const corner = i < channels || y === 0 ? 0 : pixels[(y - 1) * stride + i - channels]!;
      const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter!]!;
      pixels[y * stride + i] = raw[y * (stride + 1) + 1 + i]! + guess;
    }
  }
  return {
    width,
    height,
    grey(x, y) {
      const at = Math.round(y) * stride + Math.round(x) * channels;
      return Math.round(pixels[at]! * 0.299 + pixels[at + 1]! * 0.587 + pixels[at + 2]! * 0.114);
    },
  };
}

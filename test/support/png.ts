import { PNG } from "pngjs";

/** A screenshot as grey values from 0 to 255, because a mark must be recognisable without its colour. */
export interface Picture {
  width: number;
  height: number;
  grey(x: number, y: number): number;
}

export function readPng(file: Buffer): Picture {
  const { width, height, data } = PNG.sync.read(file);
  return {
    width,
    height,
    grey(x, y) {
      const at = (Math.round(y) * width + Math.round(x)) * 4;
      return Math.round(data[at]! * 0.299 + data[at + 1]! * 0.587 + data[at + 2]! * 0.114);
    },
  };
}

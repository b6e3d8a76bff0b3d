/** What the page /bench and bench.worker.ts say to each other. */
import type { KernelTimes } from "../../../../bench/kernels/kernel-cases.ts";

/** One quality of the moving scene. */
export interface CodecPoint {
  quality: number;
  /** Pictures a second of encoding and dividing, and of combining and decoding; without warm-up. */
  divide: number;
  combine: number;
  /** Main and slave together, and undivided; kbit/s at the scene's rate. */
  dividedKbits: number;
  undividedKbits: number;
  /** PSNR over all samples, dB. */
  dividedDecibels: number;
  undividedDecibels: number;
  /** Of main and slave together. */
  slaveShare: number;
}

export interface BenchScene {
  width: number;
  height: number;
  pictures: number;
  framesPerSecond: number;
}

export interface BenchWorkerApi {
  scene(): Promise<BenchScene>;
  /** Calls back once a kernel. */
  runKernels(onKernel: (times: KernelTimes) => void): Promise<void>;
  /** Calls back once a quality. */
  runCodec(onPoint: (point: CodecPoint) => void): Promise<void>;
}

import { KernelError } from "../errors.ts";

/** By status of assembly/common/status.ts. */
const TEXTS: Record<number, string> = {
  [-1]: "the input ended before the syntax did",
  [-2]: "a code that no table holds, or a value out of the syntax's range",
  [-3]: "the output buffer is too small",
  [-4]: "an argument is out of its range",
  [-5]: "valid syntax that this build does not decode",
};

/**
 * Lets a kernel's answer through, be it OK or a length.
 * @throws {@link KernelError} for a negative status; `details.kernel` and `details.status` say which
 */
export function checkStatus(status: number, kernelName: string): number {
  if (status >= 0) return status;
  const text = TEXTS[status] ?? "a status this build does not know";
  throw new KernelError(`${kernelName}: ${text} (status ${status})`, { kernel: kernelName, status });
}

/** Painting by WebGL2: planes go up as three textures of one byte a sample, the shader makes the colours. */
import { chromaSize, type PlanarPicture, type VideoTrack } from "../../../../../codec/index.ts";
import type { Screen } from "./screen.ts";

/** A triangle that covers the screen; texture rows run downwards. */
const VERTEX = `#version 300 es
out vec2 place;
void main() {
  vec2 corner = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0);
  place = vec2(corner.x + 1.0, 1.0 - corner.y) / 2.0;
  gl_Position = vec4(corner, 0.0, 1.0);
}`;

const PLANES = `#version 300 es
precision highp float;
in vec2 place;
out vec4 colour;
uniform sampler2D luma, cb, cr;
uniform vec2 chromaScale;
uniform mat3 toRgb;
uniform vec3 offsets;
void main() {
  vec2 chroma = place * chromaScale;
  vec3 sampled = vec3(texture(luma, place).r, texture(cb, chroma).r, texture(cr, chroma).r);
  colour = vec4(toRgb * (sampled - offsets), 1.0);
}`;

const FRAME = `#version 300 es
precision highp float;
in vec2 place;
out vec4 colour;
uniform sampler2D frame;
void main() {
  colour = vec4(texture(frame, place).rgb, 1.0);
}`;

/** Weights of red and blue in luminance (ITU-R BT.601-7 2.5.1, BT.709-6 3.2). */
const WEIGHTS = { bt601: [0.299, 0.114], bt709: [0.2126, 0.0722] } as const;

/** Columns Y, Cb, Cr; and what is subtracted first. Samples and colours count from 0 to 1. */
export function colourMatrix({ matrix, fullRange }: Pick<VideoTrack, "matrix" | "fullRange">): {
  toRgb: number[];
  offsets: [number, number, number];
} {
  const [red, blue] = WEIGHTS[matrix];
  const green = 1 - red - blue;
  const [luma, chroma] = fullRange ? [1, 1] : [255 / 219, 255 / 224];
  const fromCr = 2 * (1 - red) * chroma;
  const fromCb = 2 * (1 - blue) * chroma;
  return {
    toRgb: [...[luma, luma, luma], ...[0, (-fromCb * blue) / green, fromCb], ...[fromCr, (-fromCr * red) / green, 0]],
    offsets: [fullRange ? 0 : 16 / 255, 128 / 255, 128 / 255],
  };
}

/** Names of renderers without a GPU. */
const EMULATED = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** Looked up on a canvas of its own: one that had WebGL once never paints otherwise. */
export function hasGpu(): boolean {
  const gl = new OffscreenCanvas(1, 1).getContext("webgl2", { failIfMajorPerformanceCaveat: true });
  if (gl === null) return false;
  const names = gl.getExtension("WEBGL_debug_renderer_info");
  const renderer = String(gl.getParameter(names === null ? gl.RENDERER : names.UNMASKED_RENDERER_WEBGL));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return !EMULATED.test(renderer);
}

/** @returns undefined where there is no WebGL2 in a worker */
export function openWebGl(canvas: OffscreenCanvas, video: VideoTrack): Screen | undefined {
  const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, depth: false });
  if (gl === null) return undefined;
  let painter: Painter | undefined = createPainter(gl, video);
  // A lost context comes back empty: the next picture is painted by new programs and textures.
  canvas.addEventListener("webglcontextlost", (event) => {
    event.preventDefault();
    painter = undefined;
  });
  canvas.addEventListener("webglcontextrestored", () => {
    painter = createPainter(gl, video);
  });
  return {
    display: "webgl2",
    paint: (picture) => painter?.planes(picture),
    paintFrame: (frame) => painter?.frame(frame),
    setSize: () => false, // a GPU scales for nothing
    close: () => {},
  };
}

interface Painter {
  planes(picture: PlanarPicture): void;
  frame(frame: VideoFrame): void;
}

function createPainter(gl: WebGL2RenderingContext, video: VideoTrack): Painter {
  const { width, height } = video;
  const planes = link(gl, PLANES);
  const frames = link(gl, FRAME);
  const textures = [0, 1, 2, 3].map((unit) => createTexture(gl, unit));
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  gl.viewport(0, 0, width, height);
  gl.useProgram(planes);
  const { toRgb, offsets } = colourMatrix(video);
  gl.uniformMatrix3fv(gl.getUniformLocation(planes, "toRgb"), false, toRgb);
  gl.uniform3f(gl.getUniformLocation(planes, "offsets"), ...offsets);
  const chromaScale = gl.getUniformLocation(planes, "chromaScale");
  for (const [unit, name] of ["luma", "cb", "cr"].entries()) gl.uniform1i(gl.getUniformLocation(planes, name), unit);
  gl.useProgram(frames);
  gl.uniform1i(gl.getUniformLocation(frames, "frame"), 3);
  const select = (unit: number): void => {
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, textures[unit] ?? null);
  };
  return {
    planes(picture) {
      const { planes: pointers, strides, chroma = "420" } = picture;
      const { memory } = picture.kernels;
      const [lumaWidth, lumaHeight] = [picture.width ?? width, picture.height ?? height];
      const [chromaWidth, chromaHeight] = chromaSize(lumaWidth, lumaHeight, chroma);
      for (const [unit, pointer] of pointers.entries()) {
        const [columns, rows] = unit === 0 ? [lumaWidth, lumaHeight] : [chromaWidth, chromaHeight];
        const stride = strides[unit === 0 ? 0 : 1];
        select(unit);
        gl.pixelStorei(gl.UNPACK_ROW_LENGTH, stride);
        const plane = memory.bytes(pointer, stride * rows);
        gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, columns, rows, 0, gl.RED, gl.UNSIGNED_BYTE, plane);
      }
      gl.pixelStorei(gl.UNPACK_ROW_LENGTH, 0);
      gl.useProgram(planes);
      // The last sample of an odd line or column stands for two.
      const [across, down] = [chroma === "444" ? 1 : 2, chroma === "420" ? 2 : 1];
      gl.uniform2f(chromaScale, lumaWidth / across / chromaWidth, lumaHeight / down / chromaHeight);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
    },
    frame(frame) {
      select(3);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, frame);
      gl.useProgram(frames);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
    },
  };
}

function createTexture(gl: WebGL2RenderingContext, unit: number): WebGLTexture {
  const texture = gl.createTexture();
  gl.activeTexture(gl.TEXTURE0 + unit);
  gl.bindTexture(gl.TEXTURE_2D, texture);
  for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
  for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.LINEAR);
  return texture;
}

function link(gl: WebGL2RenderingContext, fragment: string): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(type);
    if (shader === null) continue; // the context was lost meanwhile
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (gl.getProgramParameter(program, gl.LINK_STATUS) === false && !gl.isContextLost())
    throw new Error(`a shader does not link: ${gl.getProgramInfoLog(program)}`);
  return program;
}

declare module "*.wasm?url" {
  const url: string;
  export default url;
}

declare module "*.css";

declare module "*.css?raw" {
  const text: string;
  export default text;
}

interface ImportMeta {
  readonly env: { readonly PROD: boolean };
}

declare module "*.wasm?url" {
  const url: string;
  export default url;
}

declare module "*.css";

interface ImportMeta {
  readonly env: { readonly PROD: boolean };
}

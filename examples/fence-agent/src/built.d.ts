/** What a module exports by default, evaluated when the program is bundled: tools/bundle/built.ts. */
declare module '*?built' {
  const text: string;
  export default text;
}

/**
 * Writes as-bind's type section for the functions that the entry file exports, re-exports included.
 * as-bind 0.8 brings a transform of its own, but that works only up to AssemblyScript 0.19 (class ids and the compiler's internals
 * have moved since); its run time reads the section below unchanged.
 *
 * Section `as-bind_bindings`, JSON: {typeIds: {name: {id, byteSize}}, importedFunctions: {}, exportedFunctions: {name: {returnType, parameters}}}.
 */
import { Transform } from "assemblyscript/transform";

const SECTION = "as-bind_bindings";

// Enumerations of the compiler, which it inlines and does not export.
const SOURCE_KIND_USER_ENTRY = 1;
const ELEMENT_KIND_FUNCTION_PROTOTYPE = 4;

const NUMBERS = /^(?:void|bool|[iu](?:8|16|32|64|size)|f(?:32|64))$/;
const CLASSES = /^~lib\/(?:string\/String|arraybuffer\/ArrayBuffer|typedarray\/\w+Array)$/;

export default class AsBindTransform extends Transform {
  afterCompile(module) {
    const { program } = this;
    // A typed array's converter makes the buffer below it as well, so both basic classes are always listed.
    const typeIds = Object.fromEntries([program.arrayBufferInstance, program.stringInstance].map(describeClass));
    const exportedFunctions = {};

    for (const [name, element] of entryExports(program)) {
      if (element.kind !== ELEMENT_KIND_FUNCTION_PROTOTYPE) continue;
      const instance = element.instances?.get("");
      if (!instance) continue; // generic: the compiler exports nothing for it either
      const { returnType, parameterTypes } = instance.signature;
      exportedFunctions[name] = {
        returnType: describeType(returnType, name, typeIds),
        parameters: parameterTypes.map((type) => describeType(type, name, typeIds)),
      };
    }
    // Kernels import nothing; the run time's own env.abort takes pointers and comes with load-kernels.ts, unconverted.
    const section = { typeIds, importedFunctions: {}, exportedFunctions };
    module.addCustomSection(SECTION, new TextEncoder().encode(JSON.stringify(section)));
  }
}

/** Exports of the entry files as [name, element], `export *` followed; an own export wins over a starred one. */
function entryExports(program) {
  const found = new Map();
  const visit = (file) => {
    for (const [name, element] of file.exports ?? []) if (!found.has(name)) found.set(name, element);
    for (const starred of file.exportsStar ?? []) visit(starred);
  };
  for (const file of program.filesByName.values()) {
    if (file.source.sourceKind === SOURCE_KIND_USER_ENTRY) visit(file);
  }
  return found;
}

/** The name as-bind looks a converter up by; notes the class's id in `typeIds` on the way. */
function describeType(type, functionName, typeIds) {
  const classReference = type.getClass();
  const name = classReference ? classReference.internalName : type.toString();
  if (!(classReference ? CLASSES : NUMBERS).test(name)) {
    throw new Error(
      `${functionName} exports the type ${name}, which codec/wasm/bind-converters.ts does not convert; pass a pointer (usize)`,
    );
  }
  if (classReference) typeIds[name] = describeClass(classReference)[1];
  return name;
}

function describeClass(classReference) {
  return [classReference.internalName, { id: classReference.id, byteSize: classReference.nextMemoryOffset }];
}

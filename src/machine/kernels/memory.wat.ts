/** Kernels over the world's one memory. scripts/build-kernels.ts assembles this text into memory-kernel.ts. */

/** What every module of kernels begins with. */
export const WORLD_MEMORY_IMPORT = `(import "world" "memory" (memory 1 65536))`;

/** Also for other modules of kernels: what is in a module of its own is called for a fraction of what a call from outside costs. */
export const COPY_FUNCTION = `
  ;; Copies "length" bytes; the ranges do not overlap. Below 512 bytes by lines of 64, then by words: memory.copy leaves compiled
  ;; code for the engine's own routine, which costs more than that.
  (func $copy (param $to i32) (param $from i32) (param $length i32)
    (local $end i32)
    (if (i32.gt_u (local.get $length) (i32.const 512))
      (then
        (memory.copy (local.get $to) (local.get $from) (local.get $length))
        (return)))
    (local.set $end (i32.add (local.get $from) (i32.and (local.get $length) (i32.const -64))))
    (block $linesDone
      (loop $lines
        (br_if $linesDone (i32.ge_u (local.get $from) (local.get $end)))
        (v128.store (local.get $to) (v128.load (local.get $from)))
        (v128.store offset=16 (local.get $to) (v128.load offset=16 (local.get $from)))
        (v128.store offset=32 (local.get $to) (v128.load offset=32 (local.get $from)))
        (v128.store offset=48 (local.get $to) (v128.load offset=48 (local.get $from)))
        (local.set $to (i32.add (local.get $to) (i32.const 64)))
        (local.set $from (i32.add (local.get $from) (i32.const 64)))
        (br $lines)))
    (local.set $end (i32.add (local.get $from) (i32.and (local.get $length) (i32.const 56))))
    (block $wordsDone
      (loop $words
        (br_if $wordsDone (i32.ge_u (local.get $from) (local.get $end)))
        (i64.store (local.get $to) (i64.load (local.get $from)))
        (local.set $to (i32.add (local.get $to) (i32.const 8)))
        (local.set $from (i32.add (local.get $from) (i32.const 8)))
        (br $words)))
    (local.set $end (i32.add (local.get $from) (i32.and (local.get $length) (i32.const 7))))
    (block $bytesDone
      (loop $bytes
        (br_if $bytesDone (i32.ge_u (local.get $from) (local.get $end)))
        (i32.store8 (local.get $to) (i32.load8_u (local.get $from)))
        (local.set $to (i32.add (local.get $to) (i32.const 1)))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (br $bytes))))`;

export const MEMORY_KERNEL_TEXT = `
(module
  ${WORLD_MEMORY_IMPORT}
${COPY_FUNCTION}
  (export "copy" (func $copy)))`;

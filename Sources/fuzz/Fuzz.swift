import Foundation
import FuzzTargets

/// libFuzzer's side of the targets: it calls these. Built by `make fuzz` alone, in a build of its own with
/// every module that reads bytes instrumented; see `Package.swift`. The target is named by FOREWARN_FUZZ_TARGET.
private let target = ProcessInfo.processInfo.environment["FOREWARN_FUZZ_TARGET"].flatMap(FuzzTarget.init)

/// What one input is read against; made once, as making it costs more than reading. libFuzzer reads on one thread.
nonisolated(unsafe) private let bench = Result { try FuzzBench() }

/// libFuzzer's `main`, but that it takes the reader as an argument.
@_silgen_name("LLVMFuzzerRunDriver")
private func fuzz(
  _ count: UnsafeMutablePointer<Int32>, _ arguments: UnsafeMutableRawPointer,
  _ read: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// What the package manager calls a program's `main`, after its target.
@_cdecl("fuzz_main")
public func main(_ count: Int32, _ arguments: UnsafeMutableRawPointer) -> Int32 {
  var (count, arguments): (Int32, UnsafeMutableRawPointer?) = (count, arguments)
  return fuzz(&count, &arguments, testOneInput)
}

@_cdecl("LLVMFuzzerInitialize")
public func initialize(_: UnsafeMutableRawPointer?, _: UnsafeMutableRawPointer?) -> Int32 {
  guard let target else {
    complain("FOREWARN_FUZZ_TARGET names none of: \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
    exit(64)
  }
  // Valid inputs to begin with.
  guard let folder = ProcessInfo.processInfo.environment["FOREWARN_FUZZ_SEEDS"] else { return 0 }
  do {
    for (number, seed) in target.seeds.enumerated() {
      try Data(seed).write(to: URL(filePath: folder).appending(path: "seed-\(number)"))
    }
  } catch {
    complain("\(folder): \(error)")
    exit(74)
  }
  return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard let target else { return 0 }
  do {
    try target.read(Array(UnsafeBufferPointer(start: start, count: count)), with: try bench.get())
  } catch {
    complain("\(error)")
    // libFuzzer keeps the input that was read.
    abort()
  }
  return 0
}

private func complain(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

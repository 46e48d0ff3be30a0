import FuzzTargets
import Glibc

/// libFuzzer's entry: the target is named by the environment, since libFuzzer owns the command line.
private let target = getenv("FUZZ_TARGET").flatMap { FuzzTarget(rawValue: String(cString: $0)) }
private nonisolated(unsafe) let bench = Result { try FuzzBench() }

@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeMutablePointer<CInt>, _ words: UnsafeMutableRawPointer) -> CInt {
  guard target != nil else {
    print("FUZZ_TARGET: one of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
    exit(2)
  }
  return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  guard let target else { return 0 }
  do {
    try target.read(Array(UnsafeBufferPointer(start: data, count: size)), with: try bench.get())
  } catch {
    print(error)
    abort()
  }
  return 0
}

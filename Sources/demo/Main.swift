import Foundation
import Rig

/// `make demo`: exit status 0 if all that was planted was found and nothing else, 1 if not, 2 if it couldn't be tried,
/// 130 if interrupted.
@main
struct Main {
  static func main() async {
    let work = Task { await perform() }
    let interruption = Interruption(cancels: work)
    let status = await work.value
    interruption.end()
    exit(status)
  }

  private static func perform() async -> Int32 {
    do {
      var demo = try Demo()
      return try await demo.run() ? 0 : 1
    } catch is CancellationError {
      return 130
    } catch {
      FileHandle.standardError.write(Data("demo: \(error)\n".utf8))
      return 2
    }
  }
}

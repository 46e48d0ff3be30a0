import Foundation
import Rig

/// `make bench`: exit status 0 if every figure that was measured is as good as it must be, 1 if one isn't, 2 if something
/// couldn't be measured, 64 wrong use, 130 interrupted.
@main
struct Main {
  static func main() async {
    // A reader that goes away is an error of the write, not the end of everything.
    signal(SIGPIPE, SIG_IGN)
    do throws(WrongUse) {
      switch try Request.parse(Array(CommandLine.arguments.dropFirst())) {
      case .measure(let plan): await measure(plan)
      case .capture(let fleet, let slots): exit(CaptureOutput.write(fleet, slots: slots))
      case .step(let step, let count): exit(step.run(count))
      case .help:
        print(Request.usage)
        exit(0)
      }
    } catch {
      Narration.complain(error.description)
      exit(64)
    }
  }

  /// Ctrl-C cancels, so that broker, daemon and files go with their owners.
  private static func measure(_ plan: Plan) async {
    let work = Task { await Suite(plan: plan).run() }
    let interruption = Interruption(cancels: work)
    let status = await work.value
    interruption.end()
    exit(status)
  }
}

/// Why a backup can't be written, read or restored, and what to do.
package enum BackupError: Error, Hashable, Sendable {
  case exists(path: String)
  case file(path: String, reason: String)
  case full(path: String)
  case damaged(path: String, detail: String)
  case unknownForm(path: String, form: String)
  case outOfStep(path: String, expected: Int64, written: Int64)
}

extension BackupError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .exists(let path): "\(path) is there already; name another file, or --force to replace it"
    case .file(let path, let reason): "\(path): \(reason); check the path, its permissions and the medium"
    case .full(let path): "no space left for \(path); free some (df -h \(path)) or name another place"
    case .damaged(let path, let detail): "\(path) is damaged or no backup: \(detail); take another one"
    case .unknownForm(let path, let form):
      "\(path) is a \(form), which this version doesn't know; install the version that wrote it, or a later one"
    case .outOfStep(let path, let expected, let written):
      "\(path) isn't whole: \(written) of \(expected) bytes came; make the backup again"
    }
  }
}

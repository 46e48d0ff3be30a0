package import Vocabulary

/// What a start needs: the state as of the last bucket's close, and the messages taken since.
package struct StoredState: Sendable {
  /// In the order of their numbers.
  package var devicePages: [(number: Int, bytes: [UInt8])] = []
  /// Of a database of the first version, in the order in which the devices were first heard.
  package var firstFormDevices: [(DeviceIdentity, [UInt8])] = []
  package var cells: [(ModeKey, Bucket, [UInt8])] = []
  package var models: [(ModeKey, [UInt8])] = []
  package var meta: [String: [UInt8]] = [:]
  /// In the order in which they were committed.
  package var journal: [Delivery] = []
  /// What the journal takes in the file.
  package var journalBytes = 0
  /// Of the contacts and remote checks that are kept.
  package var messageDigests: [UInt64] = []
  package var verdicts: [KeptVerdict] = []
  package var tickets: [Ticket] = []
  package var findings: [Finding] = []
  /// The highest episode of every device and mode, live or not. Erased devices have none: they are strangers again.
  package var ticketEpisodes: [CaseBook.CareKey: Int] = [:]
  package var findingEpisodes: [CaseBook.DefectKey: Int] = [:]
  /// The same cases as triage takes them: live ones with their history, and all episodes.
  package var caseBook = CaseBook()
}

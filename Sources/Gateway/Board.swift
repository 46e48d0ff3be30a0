import DefectModel
import Pipeline
import Synchronization
import Triage
import Vocabulary

/// What others may read of the engine while it works: a copy, renewed after each commit, behind the gateway's one lock.
/// `status` must answer at once even in the middle of a long pass.
final class Board: Sendable {
  struct Content: Sendable {
    var counts = FateCounts()
    var devices = 0
    var openTickets = 0
    var proposedTickets = 0
    var liveTickets = 0
    var liveFindings = 0
    var clock: EventTime?
    var lagSeconds: Double?
    /// From arrival to commit, of every message since the start.
    var latency = LatencyHistogram()
    var unknownItems = 0
    var sequenceGaps = 0
    /// Of each mode whose forecasts have come due, sorted by mode.
    var calibration: [(mode: ModeKey, drift: CalibrationDrift)] = []
    var lastPassEnd: EventTime?
    var lastPassSeconds: Double?
    var profileCount = 0
    var profileRevision = ""
    /// Why a commit is waiting; `nil` while the store takes them.
    var storeTrouble: String?
    /// When the commit in hand was begun, in monotonic seconds; `nil`: none is in hand.
    var commitBegan: Double?
    /// Why the last reload was refused, until one succeeds.
    var reloadTrouble: String?
    var broker = Broker()
    /// The store knows by now which session it has the states of.
    var isSessionRemembered = false
    var losses = BrokerLosses()
    var refusals = AdmissionCounts()
    var unknownDevices = 0
    var throttledDevices = 0
    /// Devices over their share, the latest last.
    var offenders: [String] = []
    var namesRefused = 0
    /// Own messages that the broker has: to be struck off the outbox with the next commit.
    var deliveredOutbox: [Int64] = []
    var refusedOutbox: [(id: Int64, reason: String)] = []
    /// Set: nothing leaves.
    var brake: CareBrake?
    /// The languages, and that of the desk: a ticket is read beside the engine.
    var messages = Messages.english
    var deskLocale = "en"
    /// How often a language lacked a message, by language and message.
    var missingMessages: [String: Int] = [:]
    var house = HouseBook()
    var isStopping = false
    /// When the engine last got through a batch or a tick, in monotonic seconds: the watchdog looks at it.
    var lastProgress = 0.0
  }

  struct Broker: Sendable {
    var isConnected = false
    var hasBeenReady = false
    var since: EventTime?
    var sessionPresent: Bool?
    var reconnects = 0
    var dropped: Int?
    var lastError: String?
  }

  private let content = Mutex(Content())

  func read<Value: Sendable>(_ body: (Content) -> Value) -> Value { content.withLock { body($0) } }

  func change<Value: Sendable>(_ body: (inout Content) -> Value) -> Value { content.withLock { body(&$0) } }
}

import AsyncHTTPClient
import CaseStore
import Fingerprints
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import ServiceLifecycle
import Vocabulary

/// Posts what the outbox holds for webhooks: at least once, of each case in order, again after a failure with growing
/// pauses, and given up after the webhook's number of tries.
///
/// Signature, if there is a secret: `X-Forewarn-Signature: t=<Unix seconds>,v1=<hex>`, where `v1` is the HMAC-SHA256 of
/// `<t>.<body>`. `Idempotency-Key` is the same for each try of a message and for no other message.
struct WebhookCourier: Service {
  let engine: Engine
  let store: CaseDatabase
  let board: Board
  let configuration: RunningConfiguration
  let logger: Logger

  func run() async throws {
    var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
    settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Limits.webhooksAtOnce
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        if await round(client) { continue }
        await WallClock.pause(seconds: Limits.webhookLookSeconds)
      }
    }
    try await client.shutdown()
  }

  /// One look at what is due; whether there was anything.
  private func round(_ client: HTTPClient) async -> Bool {
    guard board.read({ $0.brake == nil && !$0.isStopping }) else { return false }
    let due: [OutboxEntry]
    do throws(StoreError) {
      due = try store.dueWebhooks(by: WallClock.now(), limit: Limits.webhooksARound)
    } catch {
      logger.warning("the outbox can't be read", metadata: ["error": "\(error)"])
      return false
    }
    guard !due.isEmpty else { return false }
    let webhooks = Dictionary(
      configuration.current.webhooks.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let results = await withTaskGroup(of: (OutboxEntry, Attempt)?.self) { group in
      var results: [(OutboxEntry, Attempt)] = []
      for (number, entry) in due.enumerated() {
        if number >= Limits.webhooksAtOnce, let result = await group.next(), let result { results.append(result) }
        group.addTask { await attempt(entry, webhooks[entry.message.webhook ?? ""], client) }
      }
      for await result in group { if let result { results.append(result) } }
      return results
    }
    return await settle(results) && !results.isEmpty
  }

  private enum Attempt {
    case delivered
    case failed(String, webhook: Webhook?, retryAfterSeconds: Double?)
  }

  /// `nil`: held, since the brake was put on meanwhile, or we stop.
  private func attempt(_ entry: OutboxEntry, _ webhook: Webhook?, _ client: HTTPClient) async -> (OutboxEntry, Attempt)?
  {
    guard let webhook else {
      let words = "no webhook of this name is configured any more"
      return (entry, .failed(words, webhook: nil, retryAfterSeconds: nil))
    }
    guard board.read({ $0.brake == nil && !$0.isStopping }), !Task.isCancelled else { return nil }
    do {
      let request = try self.request(entry, webhook)
      let response = try await client.execute(
        request, timeout: .nanoseconds(Int64(webhook.timeoutSeconds * 1_000_000_000)))
      let wait = response.headers.first(name: "Retry-After").flatMap(Double.init)
      // The connection is used again only when its answer was read.
      _ = try? await response.body.collect(upTo: Limits.webhookAnswerBytes)  // What it says doesn't matter.
      guard (200..<300).contains(response.status.code) else {
        let words = "it answered \(response.status.code) \(response.status.reasonPhrase)"
        return (entry, .failed(words, webhook: webhook, retryAfterSeconds: wait))
      }
      return (entry, .delivered)
    } catch is CancellationError {
      return nil
    } catch {
      guard !Task.isCancelled else { return nil }
      return (entry, .failed(Self.words(error), webhook: webhook, retryAfterSeconds: nil))
    }
  }

  private func request(_ entry: OutboxEntry, _ webhook: Webhook) throws -> HTTPClientRequest {
    let body = entry.message.payload
    var request = HTTPClientRequest(url: webhook.url)
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/json")
    request.headers.add(name: "User-Agent", value: "forewarn/\(StatusReporter.version)")
    request.headers.add(name: "Idempotency-Key", value: Self.key(entry))
    if let path = webhook.secretFile {
      let seconds = WallClock.now().milliseconds / 1000
      let secret = try Self.secret(path)
      request.headers.add(
        name: "X-Forewarn-Signature", value: WebhookSignature.header(body: body, secret: secret, seconds: seconds))
    }
    if let path = webhook.caFile { request.tlsConfiguration = try Self.trusting(path) }
    request.body = .bytes(ByteBuffer(bytes: body))
    return request
  }

  private static func key(_ entry: OutboxEntry) -> String {
    let digest = Fingerprint.of(entry.message.payload).prefix(8)
    // The number alone would name another message after a restored backup.
    return "\(entry.id).\(Fingerprint.hexadecimal(digest))"
  }

  private static func trusting(_ path: String) throws -> TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    do {
      configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
    } catch {
      throw StartFailure("ca_file \(path) can't be read as certificates in PEM: \(error)")
    }
    return configuration
  }

  private static func secret(_ path: String) throws -> [UInt8] {
    var bytes = try SecretFile(path: path, name: "the webhook's secret").bytes()
    while bytes.last == UInt8(ascii: "\n") || bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    guard !bytes.isEmpty else { throw StartFailure("\(path) holds no secret") }
    return bytes
  }

  private static func words(_ error: any Error) -> String {
    String("\(error)".prefix(Limits.webhookErrorCharacters))
  }

  /// False: nothing can be written any more.
  private func settle(_ results: [(OutboxEntry, Attempt)]) async -> Bool {
    guard !results.isEmpty else { return false }
    var delivered: [Int64] = []
    var failed: [UnitOfWork.FailedDelivery] = []
    let now = WallClock.now()
    for (entry, attempt) in results {
      guard case .failed(let words, let webhook, let wait) = attempt else {
        delivered.append(entry.id)
        continue
      }
      let isLast = entry.attempts + 1 >= (webhook?.attempts ?? 1)
      let pause = max(
        WebhookBackoff.seconds(id: entry.id, attempt: entry.attempts), min(wait ?? 0, WebhookBackoff.longestSeconds))
      failed.append(
        UnitOfWork.FailedDelivery(
          id: entry.id, error: words, dueAt: isLast ? nil : now + Int64(pause * 1000), isLast: isLast))
      if isLast {
        logger.warning(
          "a message to a webhook was given up; see: forewarn outbox list --state dead",
          metadata: ["outbox": "\(entry.id)", "webhook": "\(entry.message.webhook ?? "")", "error": "\(words)"])
      }
    }
    return await engine.settle(delivered: delivered, failed: failed)
  }
}

/// Pauses between the tries of one message: from half to the whole of 1, 2, 4, … seconds, an hour at most. Which share of
/// it follows from message and try, so that those that failed together don't come back together.
enum WebhookBackoff {
  static let longestSeconds = 3600.0

  static func seconds(id: Int64, attempt: Int) -> Double {
    var state = UInt64(bitPattern: id) &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(attempt)
    state = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
    state = (state ^ state >> 27) &* 0x94d0_49bb_1331_11eb
    state ^= state >> 31
    let share = 0.5 + 0.5 * Double(state >> 11) / Double(UInt64(1) << 53)
    return min(longestSeconds, Double(UInt64(1) << UInt64(min(max(attempt, 0), 20)))) * share
  }
}

enum WebhookSignature {
  /// With the secret `s`, time 1 and the body `{}`: `t=1,v1=` and the HMAC-SHA256 of `1.{}` under `s`.
  static func header(body: [UInt8], secret: [UInt8], seconds: Int64) -> String {
    "t=\(seconds),v1=\(Fingerprint.hexadecimal(Fingerprint.of(Array("\(seconds).".utf8) + body, key: secret)))"
  }
}

extension Engine {
  /// What became of messages to webhooks. False: nothing can be written any more.
  func settle(delivered: [Int64], failed: [UnitOfWork.FailedDelivery]) async -> Bool {
    await turn {
      await commit(fill: { unit in
        unit.deliveredOutbox += delivered
        unit.failedOutbox += failed
      })
    }
  }
}

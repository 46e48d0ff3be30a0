import ArgumentParser
import ControlProtocol
import Terminal

struct APICommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "api", abstract: "Send one request to the control API and print the answer as it comes.",
    discussion: Help.discussion(
      "The answer of an error is printed too; the exit status tells it apart.",
      examples: [
        "forewarn api GET '/v1/tickets?state=open'",
        "forewarn api POST /v1/tickets/T-128/note --data '{\"note\": \"RMA 4711\"}'",
        "forewarn api GET /v1/openapi.json > openapi.json",
      ]))

  @Argument(help: "GET or POST.") var method: String
  @Argument(help: "Path and query, percent-encoded: /v1/status.") var path: String
  @Option(help: ArgumentHelp("The body; @FILE reads it from a file, @- from standard input.", valueName: "text"))
  var data: String?
  @Option(help: ArgumentHelp("What the body is.", valueName: "type")) var contentType = "application/json"
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard !method.isEmpty, method.utf8.allSatisfy({ (0x41...0x5a).contains($0 & 0xdf) }) else {
      throw ValidationError("METHOD must be a word such as GET or POST")
    }
    guard path.hasPrefix("/"), path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw ValidationError("PATH must begin with / and be percent-encoded, such as /v1/status")
    }
    guard contentType.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) else {
      throw ValidationError("--content-type must be printable ASCII")
    }
  }

  func run() async throws {
    var body: [UInt8] = []
    if let data { body = data.hasPrefix("@") ? try LocalFile.read(String(data.dropFirst())) : Array(data.utf8) }
    let session = Session(connection, output)
    let reply = try await session.client.exchange(
      .init(method.uppercased(), path, body: body, contentType: contentType))
    if (200..<300).contains(reply.status) {
      return StandardStreams.print(try session.machine(reply.body))
    }
    StandardStreams.print(reply.body + [UInt8(ascii: "\n")])
    throw ControlError.problem(ControlClient.problem(in: reply))
  }
}

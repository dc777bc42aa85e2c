package skypost.protocol.smtp;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import skypost.protocol.log.EventLog;
import skypost.protocol.mime.BinaryMimeConverter;
import skypost.protocol.net.Wire;

/**
 * Takes one message from the wire into the sink with bounded memory. What is refused is still read
 * to its end, within bounds, so that the client hears why.
 */
final class MessageIntake implements AutoCloseable {
  private static final SmtpReply TRY_LATER =
      SmtpReply.of(451, 3, 0, "Cannot store the message now, try again later");
  // The code and text that Postfix answers with; 521 says that the connection is over as well (RFC
  // 7504).
  private static final SmtpReply BARE =
      SmtpReply.of(521, 5, 2, "Lines must end with CRLF: bare CR or LF received");

  private static final String NOT_BINARY = "a bare CR or LF in a part that is not declared binary";

  /**
   * What came of it.
   *
   * @param reply what to tell the client
   * @param close whether to hang up then
   */
  record Result(SmtpReply reply, boolean close) {}

  private final Wire wire;
  private final SmtpLimits limits;
  private final SmtpSink.Incoming incoming;
  private final ContentScanner scanner;
  private final Optional<BinaryMimeConverter> converter;
  private final long deadline;
  private long patience; // nanoseconds that the peer may still keep us waiting
  private Optional<SmtpReply> refusal = Optional.empty();
  private Optional<String> stored = Optional.empty();
  private boolean bare;
  private long size;

  private MessageIntake(
      Wire wire, SmtpLimits limits, SmtpSink.Incoming incoming, boolean dotted, boolean binary) {
    this.wire = wire;
    this.limits = limits;
    this.incoming = incoming;
    this.scanner = new ContentScanner(dotted, binary ? this::store : this::take);
    this.converter = binary ? Optional.of(new BinaryMimeConverter(this::scan)) : Optional.empty();
    this.deadline = System.nanoTime() + limits.messageTimeout().toNanos();
    this.patience = limits.dataTimeout().toNanos();
  }

  /** For DATA. */
  static MessageIntake data(Wire wire, SmtpLimits limits, SmtpSink.Incoming incoming) {
    return new MessageIntake(wire, limits, incoming, true, false);
  }

  /** For BDAT. @param binary no line rules (RFC 3030 section 3): what is stored keeps to them */
  static MessageIntake chunks(
      Wire wire, SmtpLimits limits, SmtpSink.Incoming incoming, boolean binary) {
    return new MessageIntake(wire, limits, incoming, false, binary);
  }

  /** Reads up to the lone dot. */
  Result readData() throws IOException {
    ContentScanner.Outcome[] outcome = {ContentScanner.Outcome.MORE};
    while (outcome[0] == ContentScanner.Outcome.MORE) {
      block((block, from, to) -> {
        outcome[0] = scanner.accept(block, from, to);
        return scanner.consumed();
      });
      if (isTooMuch()) {
        return new Result(SmtpSession.tooBig(), true);
      }
    }
    return outcome[0] == ContentScanner.Outcome.BARE ? new Result(BARE, true) : finish();
  }

  /** Reads one chunk of BDAT. @param last whether it ends the message */
  Result readChunk(long octets, boolean last) throws IOException {
    long[] left = {octets};
    while (left[0] > 0 && !bare && !isTooMuch()) {
      block((block, from, to) -> {
        int end = (int) Math.min(to, from + left[0]);
        if (converter.isPresent()) {
          convert(converter.get(), block, from, end - from);
        } else {
          bare = scanner.accept(block, from, end) == ContentScanner.Outcome.BARE;
        }
        left[0] -= end - from;
        return end - from;
      });
    }
    if (last) {
      converter.ifPresent(this::endConversion);
    }
    if (bare || (last && converter.isEmpty() && scanner.isInsideLineEnd())) {
      return new Result(BARE, true);
    }
    if (isTooMuch()) {
      return new Result(SmtpSession.tooBig(), true);
    }
    if (last) {
      return finish();
    }
    return new Result(
        refusal.orElseGet(() -> SmtpReply.of(250, 0, 0, octets + " octets received")), false);
  }

  /**
   * Takes what comes next. Waiting uses patience up, octets bring it back, so that a peer may pause
   * as long as any, but one that sends an octet a second soon holds no connection. Only waiting for
   * the peer counts: our own store may be slow.
   */
  private void block(Wire.Taker taker) throws IOException {
    long start = System.nanoTime();
    if (start > deadline || patience <= 0) {
      throw new SocketTimeoutException("the message did not come in time");
    }
    wire.timeout(Duration.ofNanos(patience));
    boolean more =
        wire.take((block, from, to) -> {
          patience -= System.nanoTime() - start;
          int taken = taker.take(block, from, to);
          long earned = Duration.ofSeconds(taken).toNanos() / limits.leastRate();
          patience = Math.min(limits.dataTimeout().toNanos(), patience + earned);
          return taken;
        });
    if (!more) {
      throw new EOFException("the peer hung up within a message");
    }
  }

  private boolean isTooMuch() {
    return size / SmtpLimits.DISCARD_FACTOR > limits.messageBytes();
  }

  private void take(byte[] block, int offset, int length) {
    count(length);
    store(block, offset, length);
  }

  /** What the client sends counts, not what becomes of it. */
  private void count(int length) {
    size += length;
    if (refusal.isEmpty() && size > limits.messageBytes()) {
      refusal = Optional.of(SmtpSession.tooBig());
    }
  }

  // ---- BINARYMIME: the wire, the converter, the rules of lines, the store

  private void convert(BinaryMimeConverter into, byte[] block, int offset, int length) {
    count(length);
    if (refusal.isEmpty()) {
      into.write(block, offset, length);
      into.fault().ifPresent(this::refuseConversion);
    }
  }

  private void endConversion(BinaryMimeConverter into) {
    if (refusal.isEmpty()) {
      into.end();
      into.fault().ifPresent(this::refuseConversion);
    }
    if (scanner.isInsideLineEnd()) {
      refuseConversion(NOT_BINARY);
    }
  }

  private void scan(byte[] block, int offset, int length) {
    if (refusal.isEmpty()
        && scanner.accept(block, offset, offset + length) == ContentScanner.Outcome.BARE) {
      refuseConversion(NOT_BINARY);
    }
  }

  /** X.6.5: conversion failed (RFC 3463 section 3.7). */
  private void refuseConversion(String why) {
    if (refusal.isEmpty()) {
      refusal = Optional.of(SmtpReply.of(554, 6, 5, "Cannot take this as BINARYMIME: " + why));
    }
  }

  // ---- the store

  private void store(byte[] block, int offset, int length) {
    if (refusal.isPresent()) {
      return;
    }
    try {
      incoming.write(block, offset, length);
    } catch (IOException | RuntimeException fault) {
      refuseForNow(fault);
    }
  }

  private Result finish() {
    if (refusal.isEmpty() && scanner.receivedFields() > limits.receivedFields()) {
      refusal =
          Optional.of(
              SmtpReply.of(
                  554, 4, 6, "Too many Received fields: mail loop")); // RFC 5321 section 6.3
    }
    if (refusal.isEmpty() && scanner.longestLine() > limits.textLine()) {
      // RFC 5321 section 4.5.3.1.9 gives 500 for it
      refusal =
          Optional.of(
              SmtpReply.of(500, 6, 0, "Line of text longer than " + limits.textLine() + " octets"));
    }
    return new Result(refusal.orElseGet(this::commit), false);
  }

  private SmtpReply commit() {
    try {
      return switch (incoming.commit()) {
        case SmtpSink.Committed.Stored(String id) -> {
          stored = Optional.of(id);
          yield SmtpReply.of(250, 0, 0, "Ok: queued as " + id);
        }
        case SmtpSink.Committed.Refused(SmtpReply reply) -> {
          refusal = Optional.of(reply);
          yield reply;
        }
      };
    } catch (IOException | RuntimeException fault) {
      refuseForNow(fault); // not known to be stored: the client must come again
      return TRY_LATER;
    }
  }

  private void refuseForNow(Exception fault) {
    refusal = Optional.of(TRY_LATER);
    EventLog.error("store").with("client", wire.remoteAddress()).cause(fault).write();
  }

  /** The message's id once it is stored. */
  Optional<String> id() {
    return stored;
  }

  /** Octets taken so far. */
  long size() {
    return size;
  }

  @Override
  public void close() {
    try {
      incoming.close();
    } catch (IOException | RuntimeException fault) {
      EventLog.warn("abandon").with("client", wire.remoteAddress()).cause(fault).write();
    }
  }
}

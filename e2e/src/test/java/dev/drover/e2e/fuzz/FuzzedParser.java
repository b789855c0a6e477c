package dev.drover.e2e.fuzz;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.jwk.JWKSet;
import dev.drover.central.entity.FuzzedImports;
import dev.drover.e2e.harness.JavaProcess;
import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.crypto.Envelope;
import dev.drover.engine.crypto.Jwks;
import dev.drover.engine.crypto.PrivateKeys;
import dev.drover.engine.crypto.PublicKeys;
import dev.drover.engine.crypto.Signatures;
import dev.drover.engine.crypto.TokenVerifier;
import dev.drover.engine.events.EventId;
import dev.drover.engine.grpc.FuzzedMessages;
import dev.drover.engine.report.AccessLogBatch;
import dev.drover.engine.report.BeaconHeartbeat;
import dev.drover.engine.report.BeaconRegistration;
import dev.drover.engine.sse.SseEvent;
import dev.drover.engine.sse.SseParser;
import dev.drover.engine.ws.FuzzedFrames;
import dev.drover.flows.check.RouteCheck;
import dev.drover.proto.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The parsers of bytes from outside, each with what must hold for any input. */
enum FuzzedParser {
  /** The strict reader behind every door; what it takes is written and read as the same. */
  JSON {
    @Override
    void parse(byte[] input) {
      String text = Json.text(Json.tree(input));
      same(text, Json.text(Json.tree(text.getBytes(StandardCharsets.UTF_8))));
    }
  },
  /** What beacons report, over HTTP and MQTT. */
  REPORTS {
    @Override
    void parse(byte[] input) {
      var body = Json.object(rest(input));
      switch (first(input) % 3) {
        case 0 -> AccessLogBatch.read(body);
        case 1 -> BeaconHeartbeat.read(body);
        default -> BeaconRegistration.read(body);
      }
    }
  },
  /** The canonical form of what is stored; it depends on the meaning only. */
  CHECKSUM {
    @Override
    void parse(byte[] input) {
      ObjectNode document = Json.object(input);
      byte[] hash;
      try {
        hash = Checksums.item(Json.text(document));
      } catch (UncheckedIOException e) {
        // A number that no double holds: central refuses to store it.
        return;
      }
      same(ByteBuffer.wrap(hash), ByteBuffer.wrap(Checksums.item(document.toPrettyString())));
    }
  },
  /** The event stream; any division into pieces gives the same events. */
  EVENT_STREAM {
    @Override
    void parse(byte[] input) {
      byte[] stream = rest(input);
      int cut = stream.length == 0 ? 0 : first(input) % stream.length;
      same(
          events(stream),
          events(Arrays.copyOf(stream, cut), Arrays.copyOfRange(stream, cut, stream.length)));
    }
  },
  /** Cursors that clients send. */
  EVENT_ID {
    @Override
    void parse(byte[] input) {
      EventId.parse(text(input))
          .ifPresent(id -> same(id, EventId.parse(id.toString()).orElseThrow()));
    }
  },
  /** Public keys in PEM and DER. */
  KEYS {
    @Override
    void parse(byte[] input) {
      ECPublicKey key = PublicKeys.parse(text(input));
      same(key, PublicKeys.parse(PublicKeys.toPem(key)));
    }
  },
  /** Signatures in all their forms; nothing that is made up is one. */
  SIGNATURES {
    @Override
    void parse(byte[] input) {
      if (Signatures.verify((ECPublicKey) Keys.PAIR.getPublic(), new byte[] {1}, text(input))
          .isPresent()) {
        throw new AssertionError("a made-up signature verifies");
      }
    }
  },
  /** Bearer tokens; nothing that is made up is one. */
  TOKENS {
    @Override
    void parse(byte[] input) {
      Keys.VERIFIER.verify(text(input));
      throw new AssertionError("a made-up token verifies");
    }
  },
  /** Sealed access logs (JWE). */
  SEALED_LOGS {
    @Override
    void parse(byte[] input) {
      Envelope.open(text(input), Keys.PAIR);
      throw new AssertionError("a made-up envelope opens");
    }
  },
  /** Protobuf messages on their way to JSON, and JSON on its way to them. */
  GRPC {
    @Override
    void parse(byte[] input) {
      FuzzedMessages.read(first(input), rest(input));
    }
  },
  /** What clients send on a WebSocket, frame by frame. */
  WEB_SOCKET {
    @Override
    void parse(byte[] input) {
      FuzzedFrames.read(rest(input), first(input));
    }
  },
  /** Imports, which are read document by document. */
  IMPORTS {
    @Override
    void parse(byte[] input) {
      FuzzedImports.read(input);
    }
  },
  /** Flow files: every one gets findings, none an exception. */
  FLOWS {
    @Override
    void parse(byte[] input) {
      try {
        Files.createDirectories(Flows.FILE.getParent());
        Files.write(Flows.FILE, input);
        Flows.CHECK.check(Flows.HOME);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  };

  /** Made when they are needed: each costs time at the start. */
  private static final class Keys {
    private static final KeyPair PAIR = PrivateKeys.generate();
    private static final JWKSet OF_CENTRAL = Jwks.of(List.of((ECPublicKey) PAIR.getPublic()));
    private static final TokenVerifier VERIFIER =
        new TokenVerifier(() -> OF_CENTRAL, Clock.systemUTC());
  }

  private static final class Flows {
    private static final RouteCheck CHECK = new RouteCheck();
    private static final Path HOME = JavaProcess.HOME.resolve("e2e/target/fuzz/flow-home");
    private static final Path FILE = HOME.resolve("routes/central/01-flow.camel.yaml");
  }

  private static final int EVENT_LIMIT = 1 << 20;

  /** Parses an input, and checks what must hold when it is taken. */
  abstract void parse(byte[] input);

  private static int first(byte[] input) {
    return input.length == 0 ? 0 : input[0] & 0xff;
  }

  private static byte[] rest(byte[] input) {
    return input.length == 0 ? input : Arrays.copyOfRange(input, 1, input.length);
  }

  private static String text(byte[] input) {
    return new String(input, StandardCharsets.UTF_8);
  }

  private static List<SseEvent> events(byte[]... pieces) {
    SseParser parser = new SseParser(EVENT_LIMIT);
    List<SseEvent> events = new ArrayList<>();
    for (byte[] piece : pieces) {
      events.addAll(parser.feed(piece));
    }
    return events;
  }

  private static void same(Object first, Object second) {
    if (!first.equals(second)) {
      throw new AssertionError(first + " is not " + second);
    }
  }
}

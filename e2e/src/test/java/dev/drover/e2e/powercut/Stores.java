package dev.drover.e2e.powercut;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The stores by name; and the process that fills one, ended by nothing orderly. */
public final class Stores {
  static final String ACKS = "acks";
  static final int WRITERS = 4;

  private Stores() {}

  static Store of(String name) {
    return switch (name) {
      case "sqlite" -> new SqliteStore(true);
      case "sqlite-unsynced" -> new SqliteStore(false);
      case "h2" -> new MongoStore();
      case "artemis" -> new ArtemisStore();
      case "kafka" -> new KafkaStore();
      case "keys" -> new KeyStore();
      default -> throw new IllegalArgumentException("no such store: " + name);
    };
  }

  /** Does something for each writer at the same time, and waits for all of them. */
  static void together(Body body) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        String name = "w" + i;
        running.add(
            threads.submit(
                () -> {
                  body.run(name);
                  return null;
                }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** What a writer does. */
  @FunctionalInterface
  interface Body {
    void run(String writer) throws Exception;
  }

  /** The arguments are the store's name, the directory that is recorded, and how many numbers. */
  public static void main(String[] args) throws Exception {
    Path disk = Path.of(args[1]);
    try (FileChannel acks =
        FileChannel.open(
            disk.resolve(ACKS), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      Store.Acknowledged acknowledged =
          number -> {
            try {
              acks.write(ByteBuffer.wrap((number + "\n").getBytes(StandardCharsets.UTF_8)));
            } catch (java.io.IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          };
      Path data = Files.createDirectory(disk.resolve("data"));
      of(args[0]).write(data, acknowledged, Integer.parseInt(args[2]));
    } catch (Exception e) {
      e.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
    Runtime.getRuntime().halt(0);
  }
}

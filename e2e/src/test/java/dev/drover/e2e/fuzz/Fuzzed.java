package dev.drover.e2e.fuzz;

import com.sun.management.ThreadMXBean;
import dev.drover.proto.ProtocolException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Optional;

/**
 * What Jazzer calls with each input: the parser that a property names, or that the input's first
 * byte chooses. Input may be refused with an error of the protocol and with nothing else, and may
 * not cost more memory than its size allows.
 */
public final class Fuzzed {
  /** The property that names the {@link FuzzedParser}; without it an input chooses. */
  static final String PARSER = "drover.fuzz.parser";

  /** What a line begins with that says at the end how many MB of the heap are used. */
  static final String HEAP = "Heap in the end, MB: ";

  /** What any input may cost, and each of its bytes besides, in bytes that are allocated. */
  private static final long MEMORY = 48L << 20;

  private static final long MEMORY_PER_BYTE = 4_000;

  private static final Optional<FuzzedParser> PARSED =
      Optional.ofNullable(System.getProperty(PARSER)).map(FuzzedParser::valueOf);
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Fuzzed() {}

  /** Before the first input: sees to it that the end says what of the heap is used. */
  public static void fuzzerInitialize() {
    Runtime.getRuntime().addShutdownHook(new Thread(Fuzzed::sayHeap));
  }

  private static void sayHeap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    System.err.println("\n" + HEAP + ((runtime.totalMemory() - runtime.freeMemory()) >> 20));
  }

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) {
    long most = MEMORY + MEMORY_PER_BYTE * input.length;
    // The first time classes are loaded, too.
    if (parse(input) > most && parse(input) > most) {
      throw new AssertionError(input.length + " bytes of input take more than " + most + " bytes");
    }
  }

  /** Returns how many bytes were allocated for it. */
  private static long parse(byte[] input) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try {
      if (PARSED.isPresent()) {
        PARSED.get().parse(input);
      } else if (input.length > 0) {
        FuzzedParser[] all = FuzzedParser.values();
        all[(input[0] & 0xff) % all.length].parse(Arrays.copyOfRange(input, 1, input.length));
      }
    } catch (ProtocolException e) {
      if (e.code().status() >= 500) {
        throw new AssertionError("a wrong input is not our fault", e);
      }
    }
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }
}

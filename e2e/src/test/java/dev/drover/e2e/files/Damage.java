package dev.drover.e2e.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** What can become of a file while nobody looks. */
enum Damage {
  /** Its end is missing. */
  CUT,
  /** A part of it is zeros. */
  ZEROED,
  /** Up to 20 of its bits are others. */
  FLIPPED,
  /** Nothing is in it. */
  EMPTIED,
  /** It is gone. */
  DELETED,
  /** It is as it was on another day. */
  OLDER;

  /**
   * Does one of them to a file, by chance; each leaves the file other than it was.
   *
   * @param older the file of another day; may be absent
   * @return what was done, for people
   */
  static String any(Path file, Path older, Random random) throws IOException {
    List<Damage> all = new ArrayList<>(List.of(values()));
    Collections.shuffle(all, random);
    byte[] before = Files.readAllBytes(file);
    for (Damage damage : all) {
      String done = damage.inflict(file, before, older, random);
      if (!Files.exists(file) || !Arrays.equals(before, Files.readAllBytes(file))) {
        return done;
      }
    }
    throw new IllegalStateException("nothing damages " + file);
  }

  private String inflict(Path file, byte[] bytes, Path older, Random random) throws IOException {
    // Beyond are the zeros of a file that was made long before it is filled.
    int used = bytes.length;
    while (used > 0 && bytes[used - 1] == 0) {
      used--;
    }
    int at = random.nextInt(Math.max(1, used));
    switch (this) {
      case DELETED -> Files.delete(file);
      case EMPTIED -> Files.write(file, new byte[0]);
      case CUT -> Files.write(file, Arrays.copyOf(bytes, at));
      case OLDER -> {
        if (Files.exists(older)) {
          Files.copy(older, file, StandardCopyOption.REPLACE_EXISTING);
        }
      }
      case ZEROED -> {
        int end = Math.min(used, at + 1 + random.nextInt(8_192));
        byte[] zeroed = bytes.clone();
        Arrays.fill(zeroed, Math.min(at, end), end, (byte) 0);
        Files.write(file, zeroed);
      }
      case FLIPPED -> {
        byte[] flipped = bytes.clone();
        for (int i = random.nextInt(20); i >= 0 && used > 0; i--) {
          flipped[random.nextInt(used)] ^= (byte) (1 << random.nextInt(8));
        }
        Files.write(file, flipped);
      }
    }
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}

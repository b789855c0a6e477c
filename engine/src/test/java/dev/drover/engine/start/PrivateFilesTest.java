package dev.drover.engine.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateFilesTest {
  @TempDir Path parent;

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void c3ADataDirectoryAndWhatIsInItIsItsOwnersOnly() throws IOException {
    Path data = parent.resolve("data");
    Path inner = Files.createDirectories(data.resolve("kafka/log"));
    Path file = Files.writeString(inner.resolve("0.log"), "x");
    Path outside = Files.writeString(parent.resolve("outside"), "x");
    Files.createSymbolicLink(data.resolve("link"), outside);
    for (Path open : new Path[] {data, inner, inner.getParent()}) {
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    for (Path open : new Path[] {file, outside}) {
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
    }
    PrivateFiles.close(data);
    assertThat(mode(data)).isEqualTo("rwx------");
    assertThat(mode(inner)).isEqualTo("rwx------");
    assertThat(mode(file)).isEqualTo("rw-------");
    assertThat(mode(outside)).as("a link is not followed").isEqualTo("rw-r--r--");
  }

  @Test
  void c3ANewDataDirectoryIsClosedBeforeAnythingIsInIt() throws IOException {
    Path data = parent.resolve("a/new");
    PrivateFiles.close(data);
    assertThat(mode(data)).isEqualTo("rwx------");
  }
}

package dev.drover.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Makes a runnable jar of one class of the tests. */
final class TestJar {

  private TestJar() {}

  static void write(Path jar, Class<?> main) throws IOException {
    Files.createDirectories(jar.getParent());
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, main.getName());
    String entry = main.getName().replace('.', '/') + ".class";
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream archive = new JarOutputStream(out, manifest);
        InputStream bytes = main.getClassLoader().getResourceAsStream(entry)) {
      archive.putNextEntry(new JarEntry(entry));
      bytes.transferTo(archive);
      archive.closeEntry();
    }
  }
}

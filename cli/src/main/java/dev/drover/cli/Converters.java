package dev.drover.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the values of options, and says what is wrong with one in plain words. */
final class Converters {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");
  private static final Pattern PRINTABLE = Pattern.compile("[!-~]+");

  private Converters() {}

  /** Any text without control characters. */
  static final class Text implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
      if (text.isBlank() || text.chars().anyMatch(c -> c < ' ')) {
        throw wrong(text, "no text; write at least one character, and no control characters");
      }
      return text;
    }
  }

  /** An id of a mall, an orchestrator or a person. */
  static final class Id implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
      if (!ID.matcher(text).matches()) {
        throw wrong(text, "no id; write 1 to 128 of A-Z a-z 0-9 . _ : -");
      }
      return text;
    }
  }

  /** An id of a mall, or {@code *} for all. */
  static final class Entity implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
      if (!text.equals("*") && !ID.matcher(text).matches()) {
        throw wrong(text, "no id; write '*' or 1 to 128 of A-Z a-z 0-9 . _ : -");
      }
      return text;
    }
  }

  /** What may stand in a header of a request: a token, a cursor. */
  static final class Token implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
      if (!PRINTABLE.matcher(text).matches()) {
        throw wrong(text, "not possible here; write letters, digits and signs without spaces");
      }
      return text;
    }
  }

  /** An address of a server. */
  static final class Url implements ITypeConverter<URI> {
    @Override
    public URI convert(String text) {
      try {
        URI uri = new URI(text);
        if (Set.of("http", "https").contains(String.valueOf(uri.getScheme()))
            && uri.getHost() != null
            && uri.getPort() <= 65_535) {
          return uri;
        }
      } catch (URISyntaxException e) {
        // the one sentence below says it
      }
      throw wrong(text, "no address; write http://host:port");
    }
  }

  /** A file or a directory. */
  static final class FileName implements ITypeConverter<Path> {
    @Override
    public Path convert(String text) {
      try {
        if (!text.isBlank()) {
          return Path.of(text);
        }
      } catch (InvalidPathException e) {
        // the one sentence below says it
      }
      throw wrong(text, "no name of a file");
    }
  }

  private static TypeConversionException wrong(String text, String what) {
    return new TypeConversionException("'" + text.replaceAll("\\p{Cntrl}", "?") + "' is " + what);
  }
}

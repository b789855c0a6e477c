package dev.drover.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.drover.cli.client.Central;
import dev.drover.cli.words.CliException;
import dev.drover.engine.crypto.PrivateKeys;
import dev.drover.engine.crypto.PublicKeys;
import dev.drover.engine.disk.Directories;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code drover keys}: keys of orchestrators and devices. */
@Command(name = "keys", description = "Makes and changes keys.", mixinStandardHelpOptions = true)
final class KeysCommand {
  private static final String REASON = "Why; it is kept in central's audit.";

  @Spec private CommandSpec spec;

  @Command(
      name = "generate",
      description = {
        "Makes a P-256 key pair.",
        "The private key goes to a file that only you can read (PKCS#8 PEM, mode 0600); the public"
            + " one is printed as PEM."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:made", "1:the file exists already", "2:wrong usage"},
      mixinStandardHelpOptions = true)
  int generate(
      @Option(
              names = "--out",
              paramLabel = "FILE",
              defaultValue = "private-key.pem",
              description = "File of the private key. Default: ${DEFAULT-VALUE}.")
          Path file)
      throws IOException {
    KeyPair pair = PrivateKeys.generate();
    String pem = PrivateKeys.toPem((ECPrivateKey) pair.getPrivate());
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] attributes =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    try {
      // made with its mode at once: at no moment can somebody else read it
      Files.createFile(file, attributes);
    } catch (FileAlreadyExistsException e) {
      throw new CliException(file + " exists; name another file with --out");
    }
    try {
      Files.write(file, pem.getBytes(StandardCharsets.US_ASCII));
      // the public key is given away now
      Directories.syncFile(file);
      Directories.syncNameOf(file);
    } catch (IOException e) {
      // a part of a key is none, and the next try would not replace it
      Files.deleteIfExists(file);
      throw e;
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(PublicKeys.toPem((ECPublicKey) pair.getPublic()));
    out.flush();
    spec.commandLine().getErr().println("Private key: " + file);
    spec.commandLine().getErr().flush();
    return ExitCode.OK;
  }

  @Command(
      name = "rekey",
      description = {
        "Changes the key that a mall's records are sealed with, while the mall works.",
        "It takes a new key into use, seals every record anew, then deletes the former key. When"
            + " it is ended before, the mall goes on all the same; run it again to watch."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:every record is sealed with the new key",
        "1:refused by the mall, or the mall went away",
        "2:wrong usage"
      },
      mixinStandardHelpOptions = true)
  int rekey(@Mixin MallOptions options) throws IOException, InterruptedException {
    Central api = options.api();
    String path = "/api/orchestrator/keys/rekey";
    JsonNode progress = api.post(path, JsonNodeFactory.instance.objectNode());
    PrintWriter out = spec.commandLine().getOut();
    out.println("New records are sealed with key " + progress.path("key_id").asText());
    show(out, progress);
    while (progress.path("state").asText().equals("running")) {
      TimeUnit.MILLISECONDS.sleep(500);
      progress = api.get(path);
      show(out, progress);
    }
    out.println("The former key is deleted.");
    out.flush();
    return ExitCode.OK;
  }

  @Command(
      name = "list",
      description = "Shows central's keys for tokens: which one signs, which verify, which ended.",
      mixinStandardHelpOptions = true)
  int list(@Mixin CentralOptions options) throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    central(options)
        .get("/api/keys")
        .path("keys")
        .forEach(
            key -> out.printf("%s  %s%n", key.path("kid").asText(), key.path("state").asText()));
    out.flush();
    return ExitCode.OK;
  }

  @Command(
      name = "rotate",
      description = "Makes a new key sign; tokens of the former one work until it is retired.",
      mixinStandardHelpOptions = true)
  int rotate(
      @Mixin CentralOptions options,
      @Option(names = "--reason", required = true, paramLabel = "TEXT", description = REASON)
          String reason)
      throws IOException, InterruptedException {
    JsonNode answer =
        central(options)
            .post("/api/keys/rotate", JsonNodeFactory.instance.objectNode().put("reason", reason));
    PrintWriter out = spec.commandLine().getOut();
    out.println("Signing: " + answer.path("kid").asText());
    out.println("Verifying until it is retired: " + answer.path("former_kid").asText());
    out.flush();
    return ExitCode.OK;
  }

  @Command(
      name = "retire",
      description = "Ends a former key: its tokens are refused, at malls within 5 minutes.",
      mixinStandardHelpOptions = true)
  int retire(
      @Mixin CentralOptions options,
      @Parameters(paramLabel = "KID", description = "The key's id, from keys list.") String kid,
      @Option(names = "--reason", required = true, paramLabel = "TEXT", description = REASON)
          String reason)
      throws IOException, InterruptedException {
    if (!kid.matches("[A-Za-z0-9_-]{20,64}")) {
      throw new CliException(kid + " is no id of a key; see keys list");
    }
    central(options)
        .post(
            "/api/keys/" + kid + "/retire",
            JsonNodeFactory.instance.objectNode().put("reason", reason));
    PrintWriter out = spec.commandLine().getOut();
    out.println("Retired: " + kid);
    out.flush();
    return ExitCode.OK;
  }

  private static Central central(CentralOptions options) {
    return new Central(options.address(), options.admin());
  }

  private static void show(PrintWriter out, JsonNode progress) {
    long broken = progress.path("records_broken").asLong();
    out.printf(
        "%d of %d records sealed anew%s%n",
        progress.path("records_sealed").asLong(),
        progress.path("records_total").asLong(),
        broken == 0 ? "" : ", " + broken + " cannot be opened by any key");
    out.flush();
  }
}

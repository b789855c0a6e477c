package dev.drover.e2e.powercut;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What a disk may hold after the power was cut between two recorded calls.
 *
 * <p>A write is durable when a sync of its file began after it had returned, and returned before
 * the cut. Each other one is kept, lost, or torn: any of its sectors of 512 bytes; what a lost one
 * would have added to the file is missing or zeros. What changes names and lengths is kept in its
 * order up to some point, as a journal of the file system does (ext4, XFS): at least up to the last
 * change of a file that was synced afterwards, or of a name in a directory that was. So the name of
 * a new file is durable with a sync of that file, which POSIX does not promise: there, each name
 * lives or dies alone, and with its directory.
 */
final class Disk {
  /** How a cut treats what is not durable. */
  enum Fate {
    /** All of it is lost. */
    LOST,
    /** All of it is there, as after a kill. */
    KEPT,
    /** Each write is kept, lost or torn. */
    ANY,
    /** Each write is torn. */
    TORN
  }

  private final Recording recording;
  private final int cut;
  private final int honest;
  private final List<DiskFile> targets = new ArrayList<>();
  private final boolean[] durable;
  private final boolean[] structural;
  private final boolean posix;
  private int journal = -1;
  private final Map<DiskFile, List<Integer>> changes = new HashMap<>();
  private final Map<DiskFile, List<Integer>> writes = new HashMap<>();

  /**
   * The disk after so many operations.
   *
   * @param honest how many operations long the disk carries out syncs; afterwards it only says so
   * @param posix whether a name is durable with its directory only
   */
  Disk(Recording recording, int cut, int honest, boolean posix) {
    this.posix = posix;
    this.recording = recording;
    this.cut = cut;
    this.honest = honest;
    this.durable = new boolean[cut];
    this.structural = new boolean[cut];
    look();
  }

  /** Finds which file each operation is about, and what is durable. */
  private void look() {
    Names names = new Names(recording.root().toString());
    for (int i = 0; i < cut; i++) {
      Operation operation = recording.operations().get(i);
      DiskFile file = names.open(operation.handle());
      switch (operation.kind()) {
        case OPEN -> file = opened(names, i, operation);
        case MKDIR, UNLINK, LINK, RENAME -> {
          file =
              switch (operation.kind()) {
                case MKDIR -> new DiskFile(true);
                case UNLINK -> null;
                default -> names.at(operation.path());
              };
          named(names, i, operation, file);
        }
        case SYNC -> {
          if (i < honest) {
            sync(file, operation.begin());
          }
        }
        case WRITE -> {
          long end = operation.offset() + operation.length();
          if (end > file.length()) {
            changed(file, i);
            file.resize(end);
          }
          writes.computeIfAbsent(file, f -> new ArrayList<>()).add(i);
        }
        case TRUNCATE, EXTEND -> {
          structural[i] = true;
          changed(file, i);
          resize(file, operation);
        }
      }
      targets.add(file);
    }
    changes.keySet().forEach(file -> file.resize(0));
  }

  private DiskFile opened(Names names, int i, Operation operation) {
    DiskFile file = names.at(operation.path());
    if (file == null) {
      file = new DiskFile(false);
      named(names, i, operation, file);
    } else if (operation.truncates()) {
      structural[i] = true;
      changed(file, i);
      file.resize(0);
    }
    names.opened(operation.handle(), file);
    return file;
  }

  /** A change of names belongs to the file and to the directories. */
  private void named(Names names, int i, Operation operation, DiskFile made) {
    structural[i] = true;
    if (!posix) {
      changed(made == null ? names.at(operation.path()) : made, i);
    }
    changed(names.at(Names.parent(operation.path())), i);
    if (!operation.second().isEmpty()) {
      changed(names.at(Names.parent(operation.second())), i);
    }
    names.apply(operation, made);
  }

  private void changed(DiskFile file, int i) {
    changes.computeIfAbsent(file, f -> new ArrayList<>()).add(i);
  }

  private void sync(DiskFile file, long begin) {
    for (int i : writes.getOrDefault(file, List.of())) {
      durable[i] |= recording.operations().get(i).end() <= begin;
    }
    for (int i : changes.getOrDefault(file, List.of())) {
      if (recording.operations().get(i).end() <= begin) {
        durable[i] = true;
        journal = Math.max(journal, i);
      }
    }
  }

  private static void resize(DiskFile file, Operation operation) {
    if (operation.kind() == Operation.Kind.EXTEND) {
      file.extend(operation.length());
    } else {
      file.resize(operation.length());
    }
  }

  /** Writes one of the possible states into a directory. */
  void write(Path to, Fate fate, Random random) throws IOException {
    int kept =
        posix
            ? -1
            : switch (fate) {
              case LOST -> journal;
              case KEPT -> cut - 1;
              case ANY, TORN -> journal + random.nextInt(cut - journal);
            };
    Names names = new Names(recording.root().toString());
    for (int i = 0; i < cut; i++) {
      Operation operation = recording.operations().get(i);
      if (operation.kind() == Operation.Kind.WRITE) {
        write(targets.get(i), operation, durable[i] ? Fate.KEPT : fate, random);
      } else if (structural[i] && (i <= kept || durable[i] || posix && luck(fate, random))) {
        structure(names, operation, targets.get(i));
      }
    }
    emit(names, to);
  }

  private static boolean luck(Fate fate, Random random) {
    return fate == Fate.KEPT || fate != Fate.LOST && random.nextBoolean();
  }

  private static void structure(Names names, Operation operation, DiskFile file) {
    switch (operation.kind()) {
      case TRUNCATE, EXTEND -> resize(file, operation);
      case OPEN -> {
        if (names.at(operation.path()) == file) {
          file.resize(0);
        } else {
          names.apply(operation, file);
        }
      }
      default -> names.apply(operation, file);
    }
  }

  private static void write(DiskFile file, Operation operation, Fate fate, Random random) {
    int die = fate == Fate.ANY ? random.nextInt(3) : fate.ordinal();
    if (die == Fate.KEPT.ordinal()) {
      file.write(operation.offset(), operation.data());
    } else if (die == Fate.LOST.ordinal()) {
      if (fate == Fate.ANY && random.nextBoolean()) {
        file.extend(operation.offset() + operation.length());
      }
    } else {
      file.tear(operation.offset(), operation.data(), random);
    }
  }

  private void emit(Names names, Path to) throws IOException {
    for (Map.Entry<String, DiskFile> entry : names.all().entrySet()) {
      Path path = to.resolve(recording.root().relativize(Path.of(entry.getKey())));
      if (entry.getValue().directory) {
        Files.createDirectories(path);
      } else if (names.at(Names.parent(entry.getKey())) != null) {
        Files.write(path, entry.getValue().content());
      }
    }
  }
}

package dev.drover.orchestrator.cache;

import dev.drover.engine.checksum.Checksums;

/** Reads the whole file from the disk against the roots and marks what is damaged. */
final class CacheWalk {
  private static final int CHECKED_AT_ONCE = 1000;

  private final CacheContent content;
  private final CacheHome home;

  CacheWalk(CacheContent content, CacheHome home) {
    this.content = content;
    this.home = home;
  }

  /** Goes through everything once; readers and writers go on meanwhile. */
  void check() {
    if (home.isGone()) {
      content.renew("The cache's file is gone");
      return;
    }
    CacheFile checked = content.file();
    try (CacheCheck disk = new CacheCheck(home.path())) {
      disk.structure();
      for (String collection : Checksums.COLLECTIONS) {
        check(disk, collection);
      }
    } catch (RuntimeException e) {
      synchronized (content) {
        if (checked == content.file() && Damage.isMeantBy(e)) {
          content.renew(e.getMessage());
        } else if (checked == content.file()) {
          throw e;
        }
      }
    }
  }

  private void check(CacheCheck disk, String collection) {
    String after = "";
    boolean more = true;
    while (more && content.view().record().ready()) {
      CachePage page = page(disk, collection, after);
      if (!page.isRight()) {
        // Perhaps only changed meanwhile: once more while nobody writes.
        synchronized (content) {
          page = page(disk, collection, after);
          if (!page.isRight()) {
            content.damaged(collection, page.wrong());
          }
        }
      }
      more = !page.last();
      after = more ? page.lastId() : after;
    }
  }

  private CachePage page(CacheCheck disk, String collection, String after) {
    View now = content.view();
    long generation = now.record().generation();
    return CachePage.read(
        content.file(),
        now,
        collection,
        after,
        CHECKED_AT_ONCE,
        (from, to, most) -> disk.range(generation, collection, from, to, most));
  }
}

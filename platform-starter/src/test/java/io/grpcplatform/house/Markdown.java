package io.grpcplatform.house;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page of the documentation: its fenced blocks, its tables, its links. */
record Markdown(Path path, String text) {

  private static final Pattern BLOCK =
      Pattern.compile("^```(\\w*)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(#[^)]*)?\\)");

  static Markdown read(Path path) {
    return new Markdown(path, House.read(path));
  }

  /** The README, the other pages at the top, and the guide. */
  static List<Markdown> pages() {
    return House.files().stream()
        .filter(file -> file.toString().endsWith(".md"))
        .filter(
            file ->
                file.getParent().equals(House.ROOT)
                    || file.startsWith(House.ROOT.resolve("docs"))
                    || file.getParent().equals(House.ROOT.resolve("proto")))
        .map(Markdown::read)
        .toList();
  }

  /**
   * One fenced block.
   *
   * @param where the page and the line it begins in
   */
  record Block(String where, String language, String content) {
    @Override
    public String toString() {
      return where;
    }
  }

  /** The fenced blocks in {@code language}, in order. */
  List<Block> blocks(String language) {
    List<Block> blocks = new ArrayList<>();
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      if (block.group(1).equals(language)) {
        long line = text.substring(0, block.start()).lines().count() + 1;
        blocks.add(new Block(name() + ":" + line, block.group(1), block.group(2)));
      }
    }
    return blocks;
  }

  /** The rows below the table's header that begins with {@code firstTitle}, cell by cell. */
  List<List<String>> table(String firstTitle) {
    List<String> lines = text.lines().toList();
    List<List<String>> rows = new ArrayList<>();
    boolean inside = false;
    for (String line : lines) {
      if (line.startsWith("| " + firstTitle + " |")) {
        inside = true;
      } else if (inside && !line.startsWith("|")) {
        return rows;
      } else if (inside && !line.startsWith("|---")) {
        String cells = line.substring(1, line.length() - 1);
        rows.add(Arrays.stream(cells.split("\\|")).map(String::strip).toList());
      }
    }
    return rows;
  }

  /** Links to files of this repository that are not there. */
  List<String> brokenLinks() {
    List<String> broken = new ArrayList<>();
    Matcher link = LINK.matcher(text);
    while (link.find()) {
      String target = link.group(1);
      if (!target.contains("://") && !path.resolveSibling(target).toFile().exists()) {
        broken.add(name() + ": " + target);
      }
    }
    return broken;
  }

  String name() {
    return House.ROOT.relativize(path).toString();
  }
}

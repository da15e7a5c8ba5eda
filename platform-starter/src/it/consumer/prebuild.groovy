// Writes the blocks that the README shows into this project: what a reader copies is what is built and run here.
// A block belongs here if the line above it ends with a file name, or with a place in the pom, and a colon.
def blocks = new File(readme).getText('UTF-8') =~ /(?ms)^([^\n]*`[^\n]*):\n\n```\w+\n(.*?)^```$/
def files = []
def places = []
blocks.each { all, caption, content ->
  def place = caption =~ /^`pom\.xml`, in `<(\w+)>`$/
  def file = caption =~ /`(src\/[\w\/.-]+)`/
  if (place) {
    def pom = new File(basedir, 'pom.xml')
    def marker = "<!-- README: ${place[0][1]} -->"
    def before = pom.getText('UTF-8')
    assert before.contains(marker): "The project's pom has no place ${place[0][1]}"
    pom.setText(before.replace(marker, content), 'UTF-8')
    places << place[0][1]
  } else if (file) {
    def target = new File(basedir, file[0][1])
    target.parentFile.mkdirs()
    target.setText(content, 'UTF-8')
    files << file[0][1].tokenize('/').last()
  }
}
assert places == ['dependencies', 'plugins']: "The README's pom blocks: ${places}"
assert files == ['chat.proto', 'ChatService.java', 'Talker.java', 'application.yml']: "The README's files: ${files}"
return true

using System.Text.RegularExpressions;

namespace PeerReplica.Tests.Repository;

/// <summary>Links between the documents lead to a file, and to a heading in it; lines are not too long to read.</summary>
public sealed partial class LinkTests
{
    private const int MaxColumns = 120;

    /// <summary>Documents whose lines are still to be broken.</summary>
    private static readonly string[] s_withLongLines = ["mutation-testing.md", "threat-model.md"];

    private static string[] Documents =>
    [
        .. Directory.EnumerateFiles(SourceTree.Root, "*.md"), .. Directory.EnumerateFiles(SourceTree.PathOf("docs"), "*.md", SearchOption.AllDirectories),
        .. Directory.EnumerateFiles(SourceTree.PathOf("src"), "README.md", SearchOption.AllDirectories),
        .. Directory.EnumerateFiles(SourceTree.PathOf("samples"), "README.md", SearchOption.AllDirectories),
    ];

    [Fact]
    public void Lines_of_documents_have_at_most_120_columns_except_in_tables()
    {
        var faults = Documents.Where(d => !s_withLongLines.Contains(Path.GetFileName(d))).SelectMany(d => File.ReadLines(d).Index()
            .Where(l => l.Item.Length > MaxColumns && !l.Item.TrimStart().StartsWith('|'))
            .Select(l => $"{Path.GetRelativePath(SourceTree.Root, d)}:{l.Index + 1}"));
        Assert.Empty(faults);
    }

    [Fact]
    public void Every_relative_link_of_a_document_leads_somewhere()
    {
        var broken = new List<string>();
        var links = 0;
        foreach (var document in Documents)
        {
            foreach (Match link in Link().Matches(File.ReadAllText(document)))
            {
                var (path, anchor) = (link.Groups["path"].Value, link.Groups["anchor"].Value);
                if (path.Contains("://", StringComparison.Ordinal)) continue;
                links++;
                var target = path.Length == 0 ? document : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(document)!, path));
                var isThere = File.Exists(target) ? anchor.Length == 0 || Anchors(target).Contains(anchor) : Directory.Exists(target);
                if (!isThere) broken.Add($"{Path.GetRelativePath(SourceTree.Root, document)}: {link.Value}");
            }
        }

        Assert.True(links > 100);
        Assert.Empty(broken);
    }

    /// <summary>What the headings of a document are linked by, as the usual viewers make it.</summary>
    private static HashSet<string> Anchors(string document) => [.. Heading().Matches(File.ReadAllText(document)).Select(h =>
        NotInAnchors().Replace(h.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-'))];

    [GeneratedRegex(@"\]\((?<path>[^)#\s]*)(#(?<anchor>[^)\s]*))?\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (.*?)\r?$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N}\- _]")]
    private static partial Regex NotInAnchors();
}

using System.Text.RegularExpressions;

namespace PeerReplica.Tests.Repository;

/// <summary>What the build does not enforce of the tree's rules (see docs/explanation/architecture.md and CONTRIBUTING.md).</summary>
public sealed partial class TidyTests
{
    private const int MaxFileLines = 500;
    private const int MaxMethodLines = 70;

    /// <summary>Bottom to top: a folder may use those before it that are named beside it.</summary>
    private static readonly Dictionary<string, string[]> s_mayUse = new()
    {
        ["Causality"] = [],
        ["Crdts"] = ["Causality"],
        ["Wire"] = ["Causality", "Crdts"],
        ["Escrow"] = ["Causality", "Crdts", "Wire"],
        ["Replication"] = ["Causality", "Crdts", "Wire", "Escrow"],
        ["Security"] = ["Wire"],
        ["Transport"] = ["Security"],
        ["Handles"] = [],
        ["Diagnostics"] = ["Causality", "Crdts", "Wire", "Escrow", "Replication", "Hosting"],
        ["Hosting"] = ["Causality", "Crdts", "Wire", "Escrow", "Replication", "Security", "Transport", "Diagnostics", "Handles"],
        ["DependencyInjection"] = ["Wire", "Security", "Transport", "Diagnostics", "Hosting"],
    };

    private static readonly string[] s_pure = ["Causality", "Crdts", "Wire", "Escrow", "Replication"];

    public static TheoryData<string> Folders => [.. s_mayUse.Keys];

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_uses_only_what_stands_below_it(string folder)
    {
        string[] allowed = [folder, .. s_mayUse[folder]];
        var faults = SourceTree.Sources($"src/PeerReplica/{folder}")
            .SelectMany(file => OwnUsings().Matches(Read(file)).Select(m => (file, Used: m.Groups[1].Value)))
            .Where(u => !allowed.Contains(u.Used) && s_mayUse.ContainsKey(u.Used));
        Assert.Empty(faults);
    }

    [Fact]
    public void Every_folder_has_its_place()
    {
        var folders = Directory.GetDirectories(SourceTree.PathOf("src", "PeerReplica")).Select(d => Path.GetFileName(d)!).Except(["bin", "obj"]);
        Assert.Equal(s_mayUse.Keys.Order(), folders.Order());
    }

    [Fact]
    public void The_pure_folders_hold_no_locks_tasks_or_clocks()
    {
        var faults = s_pure.SelectMany(p => SourceTree.Sources($"src/PeerReplica/{p}"))
            .SelectMany(file => Impure().Matches(Code(file)).Select(m => $"{file}: {m.Value}"));
        Assert.Empty(faults);
    }

    [Fact]
    public void A_namespace_is_its_folder()
    {
        // Interfaces that an app holds live in the root namespace, whatever the folder; extensions of the framework's in the framework's.
        var faults = SourceTree.Sources("src").Where(f => !f.StartsWith("src/PeerReplica/Handles/", StringComparison.Ordinal)
            && !f.EndsWith("Extensions.cs", StringComparison.Ordinal)
            && !f.StartsWith("src/PeerReplica.Testing/Network/SimulatedNetwork", StringComparison.Ordinal)).Where(file =>
        {
            var expected = Path.GetDirectoryName(file)!["src/".Length..].Replace('/', '.');
            return !Read(file).Contains($"namespace {expected};", StringComparison.Ordinal);
        });
        Assert.Empty(faults);
    }

    [Fact]
    public void Files_and_methods_are_short()
    {
        var files = SourceTree.Sources("src").Concat(SourceTree.Sources("samples")).Select(f => (f, Lines: File.ReadLines(SourceTree.PathOf(f)).Count())).ToArray();
        Assert.DoesNotContain(files, f => f.Lines > MaxFileLines);
        var median = files.Select(f => f.Lines).Order().ElementAt(files.Length / 2);
        Assert.InRange(median, 1, 100);
        Assert.Empty(SourceTree.Sources("src").SelectMany(LongMethods));
    }

    [Fact]
    public void The_library_awaits_without_the_callers_context()
    {
        foreach (var file in SourceTree.Sources("src")) Assert.DoesNotContain("ConfigureAwait(true)", Read(file), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_left_undone()
    {
        var faults = SourceTree.Sources("src").Concat(SourceTree.Sources("samples")).Concat(SourceTree.Sources("tests"))
            .Where(f => !f.EndsWith("TidyTests.cs", StringComparison.Ordinal))
            .SelectMany(file => Undone().Matches(Read(file)).Select(m => $"{file}: {m.Value}"));
        Assert.Empty(faults);
    }

    [Fact]
    public void The_web_package_uses_the_public_surface_alone()
    {
        foreach (var project in new[] { "PeerReplica", "PeerReplica.Testing" })
            Assert.DoesNotContain("PeerReplica.AspNetCore", Read($"src/{project}/{project}.csproj"), StringComparison.Ordinal);
        Assert.DoesNotContain("PeerReplica.Testing", Read("src/PeerReplica.AspNetCore/PeerReplica.AspNetCore.csproj"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_packages_come_from_the_default_source()
    {
        var config = Read("nuget.config");
        Assert.DoesNotContain("http", config, StringComparison.OrdinalIgnoreCase);
    }

    private static IEnumerable<string> LongMethods(string file)
    {
        // A method's body opens and closes at the indentation of a member.
        var lines = File.ReadAllLines(SourceTree.PathOf(file));
        var opened = -1;
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i] == "    {") opened = i;
            if (lines[i] == "    }" && opened >= 0 && i - opened - 1 > MaxMethodLines && !TypeStart().IsMatch(lines[opened - 1])) yield return $"{file}:{opened}";
        }
    }

    private static string Read(string file) => File.ReadAllText(SourceTree.PathOf(file));

    private static string Code(string file) => string.Join('\n', File.ReadLines(SourceTree.PathOf(file)).Where(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal)));

    [GeneratedRegex(@"^using PeerReplica\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex OwnUsings();

    [GeneratedRegex(@"\block\s*\(|\bTask\b|\bThread\b|\basync\b|\bDateTime\b|\bStopwatch\b|\bRandom\b|\bILogger\b|\bInterlocked\b|\bVolatile\b")]
    private static partial Regex Impure();

    [GeneratedRegex(@"TODO|FIXME|HACK|NotImplementedException|XXX")]
    private static partial Regex Undone();

    [GeneratedRegex(@"\b(class|record|struct|interface|enum)\b")]
    private static partial Regex TypeStart();
}

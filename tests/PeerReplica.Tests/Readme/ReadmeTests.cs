using System.Text.RegularExpressions;
using PeerReplica.Tests.Repository;

namespace PeerReplica.Tests.Readme;

public sealed partial class ReadmeTests
{
    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/getting-started.md")]
    [InlineData("docs/how-to/monitor-and-alert.md")]
    [InlineData("docs/how-to/never-oversell.md")]
    [InlineData("docs/how-to/recover-from-a-lost-majority.md")]
    [InlineData("docs/how-to/replace-redis.md")]
    [InlineData("docs/how-to/share-a-session.md")]
    [InlineData("docs/how-to/test-your-app.md")]
    [InlineData("docs/how-to/use-messagepack.md")]
    [InlineData("docs/how-to/write-what-survives.md")]
    [InlineData("docs/how-to/deploy-on-kubernetes.md")]
    [InlineData("docs/how-to/validate-changes.md")]
    [InlineData("src/PeerReplica.AspNetCore/README.md")]
    [InlineData("src/PeerReplica.Testing/README.md")]
    public void Every_line_of_code_in_a_README_is_compiled_somewhere(string readme)
    {
        var compiled = Lines(File.ReadAllText(SourceTree.PathOf("tests", "PeerReplica.Tests", "Readme", "ReadmeCode.cs")))
            .Concat(Lines(File.ReadAllText(SourceTree.PathOf("tests", "PeerReplica.Tests", "Readme", "WebReadmeCode.cs"))))
            .Concat(Lines(File.ReadAllText(SourceTree.PathOf("tests", "PeerReplica.Tests", "Readme", "ValidationReadmeCode.cs"))))
            .Concat(Lines(File.ReadAllText(SourceTree.PathOf("tests", "PeerReplica.ShopApp", "ShopOnReplica.cs"))))
            .Concat(Lines(File.ReadAllText(SourceTree.PathOf("tests", "PeerReplica.AspNetCore.Tests", "Dashboard", "DashboardReadmeTests.cs"))))
            .Concat(Lines(File.ReadAllText(SourceTree.PathOf("samples", "TicketCounter", "Program.cs"))))
            .Concat(Lines(File.ReadAllText(SourceTree.PathOf("samples", "VisitCounter", "Program.cs"))))
            .ToHashSet();
        var blocks = CodeBlock().Matches(File.ReadAllText(SourceTree.PathOf(readme)));
        Assert.NotEmpty(blocks);
        foreach (Match block in blocks)
        {
            foreach (var line in Lines(block.Groups[1].Value)) Assert.True(compiled.Contains(line) || line == "app.Run();", $"'{line}' is compiled nowhere");
        }
    }

    [Fact]
    public void The_simulators_example_runs() => ReadmeCode.Simulate();

    [Fact]
    public void The_example_of_a_partition_ends_as_its_comment_says() => Assert.Equal(["Zoe", "Zoe"], ReadmeCode.Partition());

    [Fact]
    public async Task The_READMEs_app_says_what_is_wrong_while_it_has_no_secret()
    {
        await using var app = ReadmeCode.App([]);
        var e = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => app.StartAsync());
        Assert.Contains("SharedSecret", e.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Select(l => Spaces().Replace(l.Trim(), " ")).Where(l => l.Length > 0);

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();
}

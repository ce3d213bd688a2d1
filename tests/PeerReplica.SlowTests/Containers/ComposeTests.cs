using System.Globalization;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace PeerReplica.SlowTests.Containers;

/// <summary>The sample's <c>compose.yaml</c> as users run it, with the image replaced by the local one.</summary>
[Collection(ContainerCollection.Name)]
public sealed partial class ComposeTests(ContainerFixture fixture, ITestOutputHelper output)
{
    private const int Agents = 5;
    private static readonly TimeSpan s_soldOutWithin = TimeSpan.FromSeconds(120);

    private readonly string _project = $"peerreplica-tests-{Environment.ProcessId}";

    [DockerFact]
    public async Task Five_scaled_agents_are_one_cluster_and_sell_every_ticket_once()
    {
        try
        {
            // Without any set-up: the first agent makes the secret, and a replica does not listen beyond loopback without one.
            var (code, printed, errors) = await ComposeAsync("", "up", "--no-build", "--no-color", "--scale", $"agent={Agents}").WaitAsync(s_soldOutWithin);
            Assert.True(code == 0, printed + errors);
            var totals = printed.Split('\n').Select(l => Total().Match(l)).Where(m => m.Success).ToArray();
            foreach (var total in totals) output.WriteLine(total.Value);

            // Each prints its view once, in the end: all the same, and from all five agents.
            Assert.True(totals.Length == Agents, printed + errors);
            Assert.Equal(Agents, totals.Select(t => t.Groups["agent"].Value).Distinct().Count());
            Assert.Equal("1000 of 1000 sold, 0 left (0 stranded), 0 oversold", Assert.Single(totals.Select(t => t.Groups["sale"].Value).Distinct()));
            var sellers = Assert.Single(totals.Select(t => t.Groups["sellers"].Value.Trim()).Distinct()).Split(", ");
            Assert.Equal(totals.Select(t => t.Groups["agent"].Value).Order(StringComparer.Ordinal), sellers.Select(s => s.Split(' ')[0]));
            Assert.Equal(1000, sellers.Sum(s => int.Parse(s.Split(' ')[1], CultureInfo.InvariantCulture)));
        }
        finally
        {
            await ComposeAsync("", "down", "--volumes", "--timeout", "1");
        }
    }

    private Task<(int Code, string Output, string Errors)> ComposeAsync(string secret, params string[] arguments) => Docker.RunAsync(
        Docker.Compose, fixture.Endpoint, new() { ["TICKETS_IMAGE"] = fixture.Image, ["TICKETS_SECRET"] = secret },
        ["--file", SourceTree.PathOf("samples", "TicketCounter", "compose.yaml"), "--project-name", _project, .. arguments]);

    /// <summary>An agent's last line, after the container's name.</summary>
    [GeneratedRegex(@"\| (?<agent>\w+): (?<sale>\d+ of \d+ sold, .* oversold); (?<sellers>.*)$")]
    private static partial Regex Total();
}

using System.Text.Json;

namespace PeerReplica.SlowTests.Containers;

/// <summary>What agents report, judged.</summary>
internal static class Reports
{
    public static long Number(this JsonElement report, string name) => report.GetProperty(name).GetInt64();

    /// <summary>The names of the peers that the agent is connected to.</summary>
    public static string[] Up(this JsonElement report) =>
    [
        .. report.GetProperty("peers").EnumerateArray().Where(p => p.GetProperty("state").GetString() == "Up")
            .Select(p => p.GetProperty("name").GetString()!).Order(StringComparer.Ordinal),
    ];

    /// <summary>Whether each of the agents is connected to exactly the others.</summary>
    public static bool AreOneCluster(JsonElement[] reports)
    {
        var names = reports.Select(r => r.GetProperty("agent").GetString()!).Order(StringComparer.Ordinal).ToArray();
        return reports.All(r => r.Up().SequenceEqual(names.Where(n => n != r.GetProperty("agent").GetString())));
    }

    /// <summary>Whether all hold the same, and nothing that anyone could still sell is left.</summary>
    public static bool AgreeAndAreSoldOut(JsonElement[] reports) =>
        reports.Select(r => r.GetProperty("contentHash").GetString()).Distinct().Count() == 1
            && reports.All(r => r.Number("held") == 0 && r.Number("sold") + r.Number("stranded") == r.Number("capacity"));

    /// <summary>Fails unless all report the same sale of a capacity, with at most so many tickets stranded.</summary>
    public static void AssertSoldOnce(JsonElement[] reports, long capacity, long strandedAtMost = 0)
    {
        Assert.Single(reports.Select(r => r.GetProperty("contentHash").GetString()).Distinct());
        Assert.Single(reports.Select(r => r.GetProperty("byAgent").GetRawText()).Distinct());
        foreach (var report in reports)
        {
            Assert.Equal(capacity, report.Number("capacity"));
            Assert.Equal(0, report.Number("oversold"));
            Assert.Equal(0, report.Number("held"));
            Assert.InRange(report.Number("stranded"), 0, strandedAtMost);
            Assert.Equal(capacity, report.Number("sold") + report.Number("stranded"));
            Assert.True(report.GetProperty("byAgent").EnumerateObject().Sum(p => p.Value.GetInt64()) <= capacity, report.GetRawText());
        }
    }
}

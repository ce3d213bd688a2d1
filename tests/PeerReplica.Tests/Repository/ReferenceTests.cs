using System.Collections;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Logging;
using PeerReplica.AspNetCore.Caching;
using PeerReplica.Diagnostics;

namespace PeerReplica.Tests.Repository;

/// <summary>The pages of <c>docs/reference</c> list what the code has, no less and no more.</summary>
public sealed class ReferenceTests
{
    private static readonly Assembly[] s_packages = [typeof(IPeerReplica).Assembly, typeof(PeerReplicaDistributedCacheOptions).Assembly];

    [Fact]
    public void Every_option_is_listed_with_its_default()
    {
        var types = s_packages.SelectMany(p => p.GetExportedTypes())
            .Where(t => t.Name.EndsWith("Options", StringComparison.Ordinal) && !t.IsAbstract && t.IsClass).ToArray();
        Assert.True(types.Length >= 10);
        var expected = types.SelectMany(t => Properties(t).Select(p => $"{t.Name}: {p.Name} = {DefaultOf(t, p)}"));
        var listed = Sections("options.md").SelectMany(s => s.Rows.Select(r => $"{s.Title}: {r[0]} = {r[1]}"));
        Assert.Equal(expected.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_log_event_is_listed_with_its_level()
    {
        var events = s_packages.SelectMany(p => p.GetTypes())
            .SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(m => m.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>().ToArray();
        Assert.True(events.Length >= 40);
        var expected = events.Select(e => $"{e.EventId} {(e.Level == LogLevel.None ? "varies" : e.Level)}");
        var listed = Sections("log-events.md").SelectMany(s => s.Rows.Select(r => $"{r[0]} {r[1]}"));
        Assert.Equal(expected.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_instrument_is_listed_with_its_kind_and_unit()
    {
        using var metrics = new ReplicaMetrics(null);
        using var listener = new MeterListener();
        var expected = new List<string>();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter != metrics.Meter) return;
            var kind = instrument.GetType().Name.Contains("Counter", StringComparison.Ordinal) ? "counter" : "gauge";
            expected.Add($"{instrument.Name} {kind} {instrument.Unit}");
        };
        listener.Start();
        Assert.True(expected.Count >= 20);
        var listed = Sections("metrics.md")[0].Rows.Select(r => $"{r[0]} {r[1]} {r[2]}");
        Assert.Equal(expected.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    private static PropertyInfo[] Properties(Type type) =>
        type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly);

    private static string DefaultOf(Type type, PropertyInfo property) => property.GetValue(Activator.CreateInstance(type)) switch
    {
        null => "none",
        bool value => value ? "true" : "false",
        Delegate => "a function",
        string value => value,
        IEnumerable values => values.Cast<object>().Any() ? "several" : "empty",
        WriteConcern { Kind: ConcernKind.Local } => "Local",
        var value => string.Format(CultureInfo.InvariantCulture, "{0}", value),
    };

    /// <summary>The tables of a page, by the heading before them: the cells of each row, without code marks.</summary>
    private static List<(string Title, List<string[]> Rows)> Sections(string page)
    {
        var sections = new List<(string Title, List<string[]> Rows)>();
        foreach (var line in File.ReadLines(Path.Combine(SourceTree.Root, "docs", "reference", page)))
        {
            if (line.StartsWith('#')) sections.Add((line.TrimStart('#', ' '), []));
            if (!line.StartsWith("| ", StringComparison.Ordinal)) continue;
            sections[^1].Rows.Add([.. line.Trim('|').Split('|').Select(c => c.Replace("`", "", StringComparison.Ordinal).Trim())]);
        }

        // The first row of a table names its columns.
        return [.. sections.Where(s => s.Rows.Count > 0).Select(s => (s.Title, s.Rows[1..]))];
    }
}

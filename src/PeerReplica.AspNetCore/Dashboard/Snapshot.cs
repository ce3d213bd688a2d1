using System.Text.Json.Serialization;
using PeerReplica.AspNetCore.NodeReports;

namespace PeerReplica.AspNetCore.Dashboard;

/// <summary>What the dashboard shows, at one moment. Its JSON is the answer of <c>status</c>, and each event of the stream.</summary>
/// <param name="Time">This instance's wall clock.</param>
/// <param name="Self">This instance.</param>
/// <param name="Health">Its health report.</param>
/// <param name="Restart">Whether the next instance may be restarted.</param>
/// <param name="HasReports">Whether instances report their own views: the app called <c>AddNodeReport</c>.</param>
/// <param name="ShowsValues">Whether any keys and values are shown.</param>
/// <param name="Nodes">This instance, then its peers.</param>
/// <param name="Objects">The registered objects.</param>
/// <param name="Audits">Where the units of bounded counters and pools are.</param>
/// <param name="Totals">Figures since the start.</param>
/// <param name="Events">What happened lately, newest first.</param>
internal sealed record Snapshot(
    DateTimeOffset Time, SelfView Self, HealthView Health, RestartView Restart, bool HasReports, bool ShowsValues, IReadOnlyList<NodeView> Nodes,
    IReadOnlyList<ObjectView> Objects, IReadOnlyList<AuditView> Audits, ReplicaTotals Totals, IReadOnlyList<EventView> Events);

/// <summary>This instance.</summary>
internal sealed record SelfView(string Id, string Name, string Address, ReplicaState State, string? Fault);

/// <summary>A health report.</summary>
internal sealed record HealthView(ReplicaHealthStatus Status, bool IsReady, bool IsLive, IReadOnlyList<FindingView> Findings);

/// <summary>Something that is wrong, and the remedy.</summary>
internal sealed record FindingView(ReplicaHealthReason Reason, ReplicaHealthStatus Status, string Subject, string Message, string Remedy);

/// <summary>Whether the next instance may be restarted, and if not, why.</summary>
internal sealed record RestartView(bool IsAllowed, IReadOnlyList<string> Reasons);

/// <summary>An instance, as this one sees it, with what it reported itself.</summary>
/// <param name="Id">Its identity for its present run.</param>
/// <param name="Name">Its human name.</param>
/// <param name="Address">Where peers reach it.</param>
/// <param name="IsSelf">Whether it is this one.</param>
/// <param name="State">Whether it is connected.</param>
/// <param name="RoundTripSeconds">The round trip from here.</param>
/// <param name="Behind">How many of the changes here it has not acknowledged.</param>
/// <param name="Report">Its latest report.</param>
internal sealed record NodeView(
    string Id, string Name, string Address, bool IsSelf, PeerState State, double? RoundTripSeconds, long Behind, NodeReport? Report);

/// <summary>A registered object.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Type">The interface that it is asked for as.</param>
/// <param name="Entries">How many entries it held when it was last measured.</param>
/// <param name="Tombstones">Keys without a value that are kept.</param>
/// <param name="Bytes">The encoded keys and values.</param>
/// <param name="ShowsValues">Whether its keys and values may be seen.</param>
/// <param name="Value">The value of an object that has one, where it may be seen.</param>
internal sealed record ObjectView(
    string Name, ReplicatedObjectKind Kind, string Type, long Entries, long Tombstones, long Bytes, bool ShowsValues, string? Value);

/// <summary>Where the units of a bounded counter or pool are.</summary>
internal sealed record AuditView(string Name, long Issued, long Sold, long Held, long Free, long Stranded, long Oversold, bool IsBalanced, long? FreeHere);

/// <summary>Something that happened.</summary>
internal sealed record EventView(long Number, DateTimeOffset At, string Kind, string Subject, string Text);

/// <summary>Entries of one object.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Entries">Those that match, in no particular order.</param>
/// <param name="IsComplete">Whether these are all that match.</param>
internal sealed record EntriesView(string Name, IReadOnlyList<EntryView> Entries, bool IsComplete);

/// <summary>One entry, as text.</summary>
internal sealed record EntryView(string? Key, string? Value);

/// <summary>How the dashboard's answers are encoded: what is not ASCII letters, digits and plain signs is escaped, so no text can end a script or begin a tag wherever it is pasted.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Snapshot))]
[JsonSerializable(typeof(EntriesView))]
internal sealed partial class DashboardJson : JsonSerializerContext;

namespace PeerReplica.AspNetCore.NodeReports;

/// <summary>A value of the app in a report: a number with a unit, or a text.</summary>
/// <param name="Name">What it is, for people.</param>
/// <param name="Number">The number, if it is one.</param>
/// <param name="Text">The text, if it is one.</param>
/// <param name="Unit">The number's unit.</param>
public sealed record NodeValue(string Name, double? Number, string? Text, string? Unit);

namespace PeerReplica.AspNetCore.Hosting;

/// <summary>A feature of this package that the app added: it needs the app's replica.</summary>
/// <param name="Method">The method that added the feature, for messages.</param>
/// <param name="Options">The options with which it was added, where they hold from then on.</param>
internal sealed record FeatureUse(string Method, object? Options = null);

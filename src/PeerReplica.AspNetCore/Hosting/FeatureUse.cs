namespace PeerReplica.AspNetCore.Hosting;

/// <summary>A feature of this package that the app added: it needs the app's replica.</summary>
/// <param name="Method">The method that added the feature, for messages.</param>
internal sealed record FeatureUse(string Method);

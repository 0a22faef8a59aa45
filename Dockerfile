# The application: one image, whose argument is the program (app/services/NAME/main.ts, app/cli/NAME.ts). It runs TypeScript as it is.
FROM node:24.21.0-bookworm-slim AS packages
USER node
RUN mkdir -p /home/node/millrace/app /home/node/state
WORKDIR /home/node/millrace
COPY --chown=node:node package.json package-lock.json .npmrc ./
COPY --chown=node:node app/package.json app/
# Node is in the image already: the packages that bring it elsewhere are left out, and no package runs a script.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && rm -rf node_modules/node-linux-* node_modules/node-bin-* node_modules/node-darwin-* node_modules/node-win-*

FROM node:24.21.0-bookworm-slim
WORKDIR /millrace
ENV NODE_ENV=production
# The packages of the root, and those that app/ has in other versions.
COPY --from=packages /home/node/millrace .
COPY lib lib
COPY examples examples
COPY app app
# Nothing in the image belongs to this user but the place of volumes: what a service writes goes there, and to /tmp.
COPY --from=packages --chown=node:node /home/node/state /state
USER node
ENTRYPOINT ["node", "--conditions=millrace-source"]
CMD ["app/services/bff/main.ts", "--help"]
